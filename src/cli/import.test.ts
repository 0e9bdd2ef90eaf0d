import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { significantDecimals, tryParseDecimal } from '../core/number/decimal.ts'
import { CommandLine } from '../testing/command-line.ts'
import { dataTest, recording } from '../testing/data.ts'

interface Level {
  readonly price: string
  readonly quantity: string
}

interface Imported {
  readonly symbol: string
  readonly depthMessages: number
  readonly levelUpdates: number
  readonly trades: number
  readonly firstTradeId: number | string | null
  readonly lastTradeId: number | string | null
  readonly volume: string
  readonly lastUpdateId: number | null
  readonly gaps: number
  readonly bidLevels: number
  readonly askLevels: number
  readonly bestBid: Level | null
  readonly bestAsk: Level | null
  readonly candles: number
  readonly firstTime: number
  readonly lastTime: number
}

interface Answer {
  readonly rows: number
  readonly hash: string
  readonly rejected: readonly { readonly file: string; readonly line: number; readonly reason: string }[]
  readonly instruments: readonly Imported[]
}

/** A decimal without zeros that mean nothing, so that equal numbers are equal texts. */
function plainDecimal(text: string): string {
  const decimals = significantDecimals(text)
  const parsed = tryParseDecimal(text, decimals)
  assert.ok(parsed.ok, text)
  return `${parsed.value}e-${decimals}`
}

/** Lines of a table of the recordings' README, whose figures were computed independently. */
function oracleRows(readme: string): readonly (readonly string[])[] {
  return readme
    .split('\n')
    .filter((line) => line.startsWith('| binance-'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const whole = (cell: string | undefined): number => Number(cell?.replaceAll(',', ''))

dataTest('the five recordings import to exactly the figures of their table', 'README.md', async (readme, t) => {
  const line = new CommandLine(t)
  const rows = oracleRows(readFileSync(readme, 'utf8'))
  assert.equal(rows.length, 5)
  for (const [
    set = '',
    ,
    depth,
    updates,
    trades,
    ids = '',
    lastU,
    bid = '',
    ask = '',
    levels = '',
    volume = '',
  ] of rows) {
    const [first = '', second] = set.split(' + ')
    const venue = first.slice(0, first.indexOf('/'))
    const names = second === undefined ? [first] : [first, first.slice(0, -second.length) + second]
    const files = names.map((name) => recording(`captures/${name}.gz`))
    const answer = (await line.json(0, 'import', ...files, '--venue', venue, '--out', 'a.tape')) as Answer
    assert.deepEqual(answer.rejected, [], set)
    assert.equal(answer.instruments.length, 1, set)
    const found = answer.instruments[0]
    assert.deepEqual(
      {
        symbol: found?.symbol,
        depth: found?.depthMessages,
        updates: found?.levelUpdates,
        trades: found?.trades,
        ids: `${found?.firstTradeId}..${found?.lastTradeId}`,
        lastU: found?.lastUpdateId,
        gaps: found?.gaps,
        bid: found?.bestBid && [plainDecimal(found.bestBid.price), plainDecimal(found.bestBid.quantity)],
        ask: found?.bestAsk && [plainDecimal(found.bestAsk.price), plainDecimal(found.bestAsk.quantity)],
        levels: `${found?.bidLevels}/${found?.askLevels}`,
        volume: plainDecimal(found?.volume ?? ''),
        candles: found?.candles,
      },
      {
        symbol: first.slice(first.indexOf('/') + 1, first.indexOf('_')).toUpperCase(),
        depth: whole(depth),
        updates: whole(updates),
        trades: whole(trades),
        ids,
        lastU: whole(lastU),
        gaps: 0,
        bid: bid.split(' x ').map(plainDecimal),
        ask: ask.split(' x ').map(plainDecimal),
        levels,
        volume: plainDecimal(volume),
        candles: 0,
      },
      set,
    )
  }
})

dataTest('the same files give the same hash again', 'captures/binance-usdm/btcusdt_20240808.gz', async (file, t) => {
  const line = new CommandLine(t)
  const words = ['import', file, '--venue', 'binance-usdm', '--out']
  const first = (await line.json(0, ...words, 'a.tape')) as Answer
  const second = (await line.json(0, ...words, 'b.tape')) as Answer
  assert.equal(first.hash, second.hash)
  assert.equal(((await line.json(0, 'info', 'b.tape')) as { readonly hash: string }).hash, first.hash)
})

// --- small recordings ---------------------------------------------------------------------------------------------

const START_MS = Date.UTC(2025, 4, 4)
const VENUE = ['--venue', 'binance-usdm', '--out', 'a.tape'] as const

function message(index: number, stream: string, data: Readonly<Record<string, unknown>>): string {
  const time = START_MS + index * 100
  const envelope = { stream: `btcusdt@${stream}`, data: { E: time, T: time, s: 'BTCUSDT', ...data } }
  return `${time * 1000} ${JSON.stringify(envelope)}`
}

function trade(index: number, changes: Readonly<Record<string, unknown>> = {}): string {
  return message(index, 'trade', {
    e: 'trade',
    t: 1000 + index,
    p: '60000.1',
    q: '0.002',
    X: 'MARKET',
    m: false,
    ...changes,
  })
}

function depth(index: number, first: number, last: number, previous: number): string {
  return message(index, 'depth@0ms', {
    e: 'depthUpdate',
    U: first,
    u: last,
    pu: previous,
    b: [['60000.0', '1']],
    a: [],
  })
}

function exchangeInfo(...symbols: readonly string[]): string {
  const entries = symbols.map((symbol) => ({
    symbol,
    contractType: 'PERPETUAL',
    baseAsset: symbol.slice(0, 3),
    quoteAsset: 'USDT',
    marginAsset: 'USDT',
    pricePrecision: 1,
    quantityPrecision: 3,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '0.1', maxPrice: '1000000', tickSize: '0.1' },
      { filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '1000', stepSize: '0.001' },
    ],
  }))
  return JSON.stringify({ symbols: entries })
}

/** Imports `lines` as rec.txt; with the rules of `symbols` where some are given. */
async function importLines(
  line: CommandLine,
  content: string | Uint8Array,
  symbols: readonly string[] = [],
): Promise<{ readonly answer: Answer; readonly stderr: string; readonly exit: number | string }> {
  writeFileSync(line.path('rec.txt'), content)
  writeFileSync(line.path('rules.json'), exchangeInfo(...symbols))
  const rules = symbols.length === 0 ? [] : ['--instruments', 'rules.json']
  const { exit, stdout, stderr } = await line.run('import', 'rec.txt', ...VENUE, ...rules, '--json')
  return { answer: JSON.parse(stdout) as Answer, stderr, exit }
}

function tradesOf(answer: Answer): number | undefined {
  return answer.instruments.find(({ symbol }) => symbol === 'BTCUSDT')?.trades
}

/** One rejection, at this line, that is also told on stderr in one line; exit code 1. */
function assertOneRejection(
  { answer, stderr, exit }: Awaited<ReturnType<typeof importLines>>,
  at: number,
  reason: RegExp,
): void {
  assert.equal(answer.rejected.length, 1, JSON.stringify(answer.rejected))
  const [rejection] = answer.rejected
  assert.deepEqual([rejection?.file, rejection?.line, exit], ['rec.txt', at, 1])
  assert.match(rejection?.reason ?? '', reason)
  assert.equal(stderr, `tapewright: rec.txt, line ${at}: ${rejection?.reason}\n`)
}

test('a truncated gzip file is kept up to where it breaks off', async (t) => {
  const line = new CommandLine(t)
  const lines = Array.from({ length: 2000 }, (_, i) => trade(i, { p: `${60_000 + ((i * 7919) % 100)}.${i % 10}` }))
  const packed = gzipSync(`${lines.join('\n')}\n`)
  const outcome = await importLines(line, packed.subarray(0, packed.length / 2))
  const kept = tradesOf(outcome.answer) ?? 0
  assert.ok(kept > 500 && kept < 2000, String(kept))
  assertOneRejection(outcome, kept + 1, /the gzip data ends before its end: the file was cut short/)
})

test('a truncated JSON line is named, and every other line is kept', async (t) => {
  const lines = [trade(0), trade(1).slice(0, 90), trade(2)]
  const outcome = await importLines(new CommandLine(t), `${lines.join('\n')}\n`)
  assertOneRejection(outcome, 2, /JSON/)
  assert.equal(tradesOf(outcome.answer), 2)
})

test('a price finer than the quantum is named with its field and the quantum', async (t) => {
  const lines = [trade(0), trade(1, { p: '60000.12' }), trade(2)]
  const outcome = await importLines(new CommandLine(t), `${lines.join('\n')}\n`, ['BTCUSDT'])
  assertOneRejection(outcome, 2, /price finer than the quantum: p is "60000\.12"/)
  assert.equal(tradesOf(outcome.answer), 2)
})

test('without rules the finest price decides, and nothing is refused', async (t) => {
  const { answer, exit } = await importLines(
    new CommandLine(t),
    `${[trade(0), trade(1, { p: '60000.12' })].join('\n')}\n`,
  )
  assert.deepEqual([exit, answer.rejected, tradesOf(answer)], [0, [], 2])
})

test('trade ids beyond 2^53 are kept exactly, as text', async (t) => {
  const big = trade(1).replace('"t":1001', '"t":9007199254740993')
  const { answer, exit } = await importLines(new CommandLine(t), `${trade(0)}\n${big}\n`)
  assert.deepEqual([exit, answer.rejected], [0, []])
  assert.equal(answer.instruments[0]?.lastTradeId, '9007199254740993')
})

test('an update id beyond 2^53 is refused, because books count with them', async (t) => {
  const big = depth(1, 101, 102, 100).replace('"u":102', '"u":9007199254740993')
  const outcome = await importLines(new CommandLine(t), `${[depth(0, 90, 100, 89), big, trade(2)].join('\n')}\n`)
  assertOneRejection(outcome, 2, /\bu\b/)
  assert.deepEqual([outcome.answer.instruments[0]?.depthMessages, tradesOf(outcome.answer)], [1, 1])
})

test('a gap in the update ids is named and counted, and the messages around it are kept', async (t) => {
  const lines = [depth(0, 90, 100, 89), depth(1, 101, 110, 100), depth(2, 131, 140, 130), depth(3, 141, 150, 140)]
  const outcome = await importLines(new CommandLine(t), `${lines.join('\n')}\n`)
  assertOneRejection(outcome, 3, /gap in the depth diffs of BTCUSDT: update id 110 should have followed, 130 came/)
  const [found] = outcome.answer.instruments
  assert.deepEqual([found?.depthMessages, found?.gaps, found?.lastUpdateId], [4, 1, 150])
})

test('a symbol that the rules do not have is named once', async (t) => {
  const lines = [trade(0), trade(1, { s: 'NEWUSDT' }), trade(2, { s: 'NEWUSDT' }), trade(3)]
  const outcome = await importLines(new CommandLine(t), `${lines.join('\n')}\n`, ['BTCUSDT'])
  assertOneRejection(outcome, 2, /NEWUSDT.*--instruments.*\(and 1 more\)/)
  assert.equal(tradesOf(outcome.answer), 2)
})

test('a file of which nothing can be used leaves no tape and ends with 2', async (t) => {
  const line = new CommandLine(t)
  const { answer, stderr, exit } = await importLines(line, 'hello\n')
  assert.deepEqual([exit, answer.rows, answer.rejected.length], [2, 0, 1])
  assert.match(
    stderr,
    /^tapewright: rec\.txt: neither recorded messages nor a table: [^\n]*\ntapewright: nothing could be imported/,
  )
  assert.equal(existsSync(line.path('a.tape')), false)
})

for (const [what, words, expected] of [
  ['a missing file', ['nix.gz', ...VENUE], /^tapewright: there is no file nix\.gz\n$/],
  ['no file', VENUE, /^tapewright: name the files to import/],
  [
    'no venue',
    ['rec.txt', '--out', 'a.tape'],
    /^tapewright: whose data is it\? Add --venue binance-usdm or --venue binance-spot\n$/,
  ],
  ['an unknown venue', ['rec.txt', '--venue', 'kraken', '--out', 'a.tape'], /^tapewright: --venue kraken is not known/],
  ['no tape to write', ['rec.txt', '--venue', 'binance-usdm'], /^tapewright: where to\? Add --out TAPE/],
  [
    'the input as output',
    ['rec.txt', '--venue', 'binance-usdm', '--out', './rec.txt'],
    /^tapewright: --out \.\/rec\.txt is one of the files to import/,
  ],
  ['a folder as output', ['rec.txt', '--venue', 'binance-usdm', '--out', '.'], /^tapewright: --out \. is a folder/],
  [
    'rules that are none',
    ['rec.txt', ...VENUE, '--instruments', 'rec.txt'],
    /^tapewright: rec\.txt, byte \d+: no JSON/,
  ],
] as const)
  test(`import with ${what} is refused in one line`, async (t) => {
    const line = new CommandLine(t)
    writeFileSync(line.path('rec.txt'), `${trade(0)}\n`)
    const { exit, stdout, stderr } = await line.run('import', ...words)
    assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' })
    assert.match(stderr, expected)
    assert.equal(readFileSync(line.path('rec.txt'), 'utf8'), `${trade(0)}\n`)
  })

test('candles of a table become a tape that info tells of', async (t) => {
  const line = new CommandLine(t)
  const rows = Array.from({ length: 10 }, (_, i) => `${START_MS + i * 60_000},100,101,99,100.5,12`)
  writeFileSync(line.path('ETHUSDT.csv'), `open_time,open,high,low,close,volume\n${rows.join('\n')}\n`)
  const answer = (await line.json(0, 'import', 'ETHUSDT.csv', ...VENUE)) as Answer
  assert.deepEqual(
    answer.instruments.map(({ symbol, candles, firstTime }) => [symbol, candles, firstTime]),
    [['ETHUSDT', 10, (START_MS + 60_000) * 1000]],
  )
  assert.match((await line.run('info', 'a.tape')).stdout, /^binance-usdm:ETHUSDT +candle +10 /m)
})
