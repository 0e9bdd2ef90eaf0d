/** `tapewright exchange`: a simulated Binance on this machine, for any client and for our own runs. */
import { SYMBOLS_MAX, firstSymbols } from '../../exchange/box/markets.ts'
import { SPEED_MAX } from '../../exchange/box/pace.ts'
import { QUEUE } from '../../exchange/history/queue-model.ts'
import { IMPACT } from '../../exchange/recording/recorded-venue.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Arguments, Command, Terminal } from '../command.ts'
import { errorText } from '../failures.ts'
import { clientLines, socket } from '../tasks/client-lines.ts'
import type { Recording } from '../tasks/recorded-box.ts'
import { startExchange } from '../tasks/start-exchange.ts'
import type { AccountWish, RunningExchange } from '../tasks/start-exchange.ts'

const FUTURES_PORT = 8701
const SPOT_PORT = 8702
/** Markets that run when none are named: those that everybody knows. */
const USUAL_SYMBOLS = 20
const USUAL_ACCOUNT: AccountWish = { name: 'demo', balance: '100000' }

export const exchange: Command = {
  name: 'exchange',
  usage: '[--symbols SYMBOLS] [--account NAME:BALANCE …]',
  summary: 'Runs a simulated Binance on this machine: USD-M futures and spot, for any bot or library.',
  options: [
    { name: 'futures-port', value: 'PORT', help: `port of USD-M futures (${FUTURES_PORT}); 0 for any free one` },
    { name: 'spot-port', value: 'PORT', help: `port of spot (${SPOT_PORT}); 0 for any free one` },
    {
      name: 'symbols',
      value: 'SYMBOLS',
      help: `BTCUSDT,ETHUSDT,… or how many, up to ${SYMBOLS_MAX} (${USUAL_SYMBOLS})`,
    },
    { name: 'seed', value: 'N', help: 'another market (1): same seed and same orders, same market' },
    {
      name: 'market',
      value: 'MARKET',
      help: 'synthetic: seeded crowds trade inside; or a tape, which plays (synthetic)',
    },
    {
      name: 'impact',
      value: 'IMPACT',
      help: 'of a tape: own shows what clients add and take, none publishes the recording as it was (own)',
    },
    { name: 'queue', value: 'MODEL', help: 'of a tape: conservative (only trades move a queue) or probabilistic' },
    { name: 'speed', value: 'X', help: `how fast the market inside runs, 0 to ${SPEED_MAX}; 0 halts it (1)` },
    {
      name: 'account',
      value: 'NAME:BALANCE',
      many: true,
      help: `an account with so much USDT at each venue (${USUAL_ACCOUNT.name}:${USUAL_ACCOUNT.balance})`,
    },
    { name: 'control', help: 'answer /sim/…: accounts, mark prices, halts, faults, the venue’s own truth' },
    { name: 'state', value: 'DIR', help: 'keep everything in this folder, and go on from it: accounts, keys, orders' },
  ],
  examples: [
    'tapewright exchange',
    'tapewright exchange --symbols 200 --account anna:10000 --account bob:500',
    'tapewright exchange --symbols BTCUSDT,ETHUSDT --seed 7 --state exchange --control',
  ],
  async run(args, terminal) {
    if (args.positionals.length > 0)
      throw new UsageError('exchange takes options only; see: tapewright exchange --help')
    const recording = recordingOf(args, terminal)
    const running = await startExchange({
      symbols: symbolsOf(args.one('symbols')),
      seed: wholeNumber(args, 'seed', 1, 0, 2 ** 31 - 1),
      speed: speedOf(args.one('speed')),
      futuresPort: wholeNumber(args, 'futures-port', FUTURES_PORT, 0, 65_535),
      spotPort: wholeNumber(args, 'spot-port', SPOT_PORT, 0, 65_535),
      accounts: accountsOf(args),
      control: args.has('control'),
      recording,
      stateFolder: args.one('state'),
      onFault: (error) => terminal.remark(errorText(`a bug: ${error instanceof Error ? error.stack : String(error)}`)),
    })
    // Before anybody can know that it runs.
    const over = ended()
    for (const remark of running.remarks) terminal.remark(errorText(remark))
    show(running, args, terminal)
    const signal = await over
    terminal.print(`\n${signal}: closing`)
    await running.stop()
    return EXIT.success
  },
}

/** Resolves with the name of the signal that asks for the end. */
function ended(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
}

function show(running: RunningExchange, args: Arguments, terminal: Terminal): void {
  const { futures, spot, accounts } = running
  terminal.document({
    futures: { rest: futures, streams: socket(futures), messages: `${socket(futures)}/ws-fapi/v1` },
    spot: { rest: spot, streams: socket(spot), messages: `${socket(spot)}/ws-api/v3` },
    accounts: accounts.map(({ name, apiKey, secret }) => ({ name, apiKey, secret })),
    symbols: symbolsIn(running),
    control: args.has('control') ? [`${futures}/sim/status`, `${spot}/sim/status`] : [],
  })
  terminal.print(`futures   ${futures}   streams ${socket(futures)}   WebSocket API ${socket(futures)}/ws-fapi/v1`)
  terminal.print(`spot      ${spot}   streams ${socket(spot)}   WebSocket API ${socket(spot)}/ws-api/v3`)
  const symbols = symbolsIn(running)
  terminal.print(
    `markets   ${symbols.slice(0, 8).join(' ')}${symbols.length > 8 ? ` and ${symbols.length - 8} more` : ''}`,
  )
  if (args.has('control')) terminal.print(`control   ${futures}/sim/`)
  const kept = args.one('state') === undefined ? 'new at each start; --state keeps them' : 'kept in the state folder'
  terminal.print(`\nAccounts (keys are random, ${kept}):`)
  for (const { name, apiKey, secret } of accounts)
    terminal.print(`  ${name}\n    key     ${apiKey}\n    secret  ${secret}`)
  const [first] = accounts
  if (first !== undefined)
    for (const [library, lines] of clientLines({ futures, spot, apiKey: first.apiKey, secret: first.secret }))
      terminal.print(`\n${library}:\n${lines.map((line) => `  ${line}`).join('\n')}`)
  terminal.print('\nRunning until Ctrl+C.')
}

/** Symbols of both venues, each once. */
function symbolsIn({ host }: RunningExchange): readonly string[] {
  const { futures, spot } = host.box
  return [...new Set([...futures.instruments, ...spot.instruments].map(({ symbol }) => symbol))]
}

/** The tape that is to play, if any; what goes only with the other kind of market is refused. */
function recordingOf(args: Arguments, terminal: Terminal): Recording | undefined {
  const market = args.one('market') ?? 'synthetic'
  const tape = market !== 'synthetic'
  for (const name of tape ? ['symbols', 'seed', 'state'] : ['impact', 'queue'])
    if (args.has(name)) throw new UsageError(`--${name} does not go with --market ${market}`)
  if (!tape) return undefined
  return {
    tape: market,
    impact: oneOf(args, 'impact', IMPACT, 'own'),
    queue: oneOf(args, 'queue', QUEUE, 'conservative'),
    onEnd: () => terminal.remark('the tape has ended: all markets are halted'),
  }
}

function oneOf<Choice extends string>(
  args: Arguments,
  name: string,
  choices: readonly Choice[],
  usual: Choice,
): Choice {
  const text = args.one(name) ?? usual
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new UsageError(`--${name} ${text}: one of ${choices.join(', ')}`)
  return found
}

function symbolsOf(text: string | undefined): readonly string[] {
  if (text === undefined) return firstSymbols(USUAL_SYMBOLS)
  if (!/^\d+$/.test(text)) return text.split(',').map((symbol) => symbol.trim().toUpperCase())
  const count = Number(text)
  if (count < 1 || count > SYMBOLS_MAX) throw new UsageError(`--symbols ${text}: 1 to ${SYMBOLS_MAX}, or their names`)
  return firstSymbols(count)
}

function accountsOf(args: Arguments): readonly AccountWish[] {
  const texts = args.all('account')
  if (texts.length === 0) return [USUAL_ACCOUNT]
  const wishes = texts.map((text) => {
    const match = /^([A-Za-z0-9_.-]{1,32}):([0-9]{1,15}(?:\.[0-9]{1,8})?)$/.exec(text)
    if (match === null) throw new UsageError(`--account ${text}: write NAME:BALANCE, such as anna:10000`)
    return { name: match[1] ?? '', balance: match[2] ?? '' }
  })
  const twice = wishes.find(({ name }, at) => wishes.findIndex((other) => other.name === name) !== at)
  if (twice !== undefined) throw new UsageError(`--account ${twice.name} is given twice`)
  return wishes
}

function speedOf(text: string | undefined): number {
  const speed = Number(text ?? '1')
  if (!(speed >= 0 && speed <= SPEED_MAX))
    throw new UsageError(`--speed ${text ?? ''}: a number from 0 to ${SPEED_MAX}`)
  return speed
}

function wholeNumber(args: Arguments, name: string, usual: number, least: number, most: number): number {
  const text = args.one(name)
  const value = text === undefined ? usual : Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`--${name} is a whole number from ${least} to ${most}`)
  return value
}
