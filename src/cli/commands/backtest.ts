/** `tapewright backtest`: runs a strategy over tapes with simulated fills and writes a run folder. */
import { systemClock } from '../../node/clock.ts'
import { UsageError } from '../command.ts'
import type { Arguments, Command, Terminal } from '../command.ts'
import { DATA_FOLDER, findTapes } from '../data-tapes.ts'
import { newRunFolder } from '../run-folder.ts'
import { parseDuration, parseInstant, parseInstantEnd } from '../times.ts'
import type { InputSpec } from '../tasks/inputs.ts'
import { startBacktest } from '../tasks/start-backtest.ts'
import { MARKET_OPTIONS, marketSettings } from './backtest-options.ts'

export const backtest: Command = {
  name: 'backtest',
  usage: 'STRATEGY (--tape TAPE… | -i SYMBOL,SYMBOL [--last 90d])',
  summary: 'Runs a strategy over recorded markets with simulated fills.',
  options: [
    { name: 'tape', value: 'TAPE', many: true, help: 'a tape to read; several are read as one, by time' },
    {
      name: 'instruments',
      short: 'i',
      value: 'SYMBOLS',
      help: 'symbols, separated by commas; without --tape from the data folder',
    },
    { name: 'venue', value: 'VENUE', help: 'of downloaded data: binance-usdm (default) or binance-spot' },
    { name: 'data', value: 'DIR', help: 'the data folder (data)' },
    { name: 'last', value: 'SPAN', help: 'of downloaded data: the last 90d, 12h …' },
    { name: 'from', value: 'TIME', help: 'first time to use: 2025-05-04, 2025-05-04T15:30Z, or milliseconds' },
    { name: 'to', value: 'TIME', help: 'last time to use' },
    ...MARKET_OPTIONS,
    { name: 'out', value: 'RUN', help: 'folder of the run (runs/NUMBER-STRATEGY)' },
    { name: 'embed', help: 'copy the tapes into the run, so that it stands alone' },
  ],
  examples: [
    'tapewright backtest momentum --tape btc.tape',
    'tapewright backtest breakout -i BTCUSDT,ETHUSDT --last 90d --set timeframe=1h',
    'tapewright backtest ./my-dip.ts --tape btc.tape --fees 0.02%,0.05% --latency recorded',
  ],
  async run(args, terminal) {
    const strategy = args.positionals[0]
    if (strategy === undefined || args.positionals.length > 1)
      throw new UsageError(
        'backtest wants one strategy: a shipped name (see: tapewright strategies) or a file; tapes follow --tape',
      )
    const now = systemClock.nowMicros()
    const span = spanOf(args, now)
    const settings = marketSettings(args)
    const symbols = (args.one('instruments') ?? '')
      .toUpperCase()
      .split(',')
      .filter((symbol) => symbol !== '')
    const inputs = await inputsFor(args, symbols, span, terminal)
    return startBacktest(
      {
        strategy,
        inputs,
        symbols,
        ...settings,
        ...span,
        folder: newRunFolder(args.one('out'), strategy.replace(/^.*[/\\]|\.[a-z]+$/g, '')),
        embed: args.has('embed'),
        createdAt: now,
      },
      terminal,
      [
        '',
        'next: tapewright report last --open   the same with charts',
        '      tapewright verify last          prove that the run can be repeated',
      ],
    )
  },
}

function spanOf(args: Arguments, now: number): { readonly from: number; readonly to: number } {
  const from = args.one('from')
  const to = args.one('to')
  const last = args.one('last')
  if (last !== undefined && (from !== undefined || to !== undefined))
    throw new UsageError('--last and --from/--to exclude each other')
  if (last !== undefined) return { from: now - parseDuration('--last', last), to: Number.MAX_SAFE_INTEGER }
  const span = {
    from: from === undefined ? 0 : parseInstant('--from', from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : parseInstantEnd('--to', to),
  }
  if (span.from > span.to) throw new UsageError('--from lies behind --to')
  return span
}

async function inputsFor(
  args: Arguments,
  symbols: readonly string[],
  span: { readonly from: number; readonly to: number },
  terminal: Terminal,
): Promise<readonly InputSpec[]> {
  const tapes = args.all('tape')
  if (tapes.length > 0) return tapes.map((path) => ({ kind: 'tape', path }))
  if (symbols.length === 0) throw new UsageError('backtest wants data: --tape TAPE, or -i SYMBOLS with downloaded data')
  const dataDir = args.one('data') ?? DATA_FOLDER
  const found = await findTapes(
    { dataDir, venue: args.one('venue') ?? 'binance-usdm', symbols, from: span.from, to: span.to },
    terminal,
  )
  return found.map((path) => ({ kind: 'tape', path }))
}
