import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createTape } from '../node/tape-writer.ts'
import { CommandLine } from '../testing/command-line.ts'
import { dataTest } from '../testing/data.ts'
import { exampleInstrument } from '../testing/instruments.ts'

interface Answer {
  readonly instruments: readonly Readonly<Record<string, unknown>>[]
}

test('instruments of a tape are those of its table', async (t) => {
  const line = new CommandLine(t)
  const table = [exampleInstrument('BTCUSDT'), exampleInstrument('ETHUSDT', { tickSize: 5, inferred: true })]
  const tape = await createTape(line.path('a.tape'), { instruments: table, origin: { build: 'test', createdAt: 0 } })
  await tape.seal()
  const { instruments } = (await line.json(0, 'instruments', 'a.tape')) as Answer
  assert.deepEqual(
    instruments.map(({ symbol, tickSize, stepSize, minNotional, inferred }) => [
      symbol,
      tickSize,
      stepSize,
      minNotional,
      inferred,
    ]),
    [
      ['BTCUSDT', '0.1', '0.001', '5', false],
      ['ETHUSDT', '0.5', '0.001', '5', true],
    ],
  )
})

test('what was downloaded is listed by series', async (t) => {
  const line = new CommandLine(t)
  const folder = 'data/binance-spot/klines/BTCUSDT/1h'
  mkdirSync(line.path(folder), { recursive: true })
  for (const day of ['04', '05', '07']) writeFileSync(line.path(`${folder}/BTCUSDT-1h-2025-05-${day}.zip`), '')
  assert.deepEqual(await line.json(0, 'instruments'), {
    source: 'data',
    data: [
      {
        venue: 'binance-spot',
        symbol: 'BTCUSDT',
        kind: 'klines',
        interval: '1h',
        days: ['2025-05-04 to 2025-05-05', '2025-05-07'],
        rules: null,
      },
    ],
  })
})

test('an empty data folder says how to fill it', async (t) => {
  const { exit, stdout } = await new CommandLine(t).run('instruments')
  assert.equal(exit, 0)
  assert.match(stdout, /^no data in data; get some with: tapewright download /)
})

for (const [what, content, expected] of [
  ['other JSON', '{"a":1}', /^tapewright: x\.json, byte 0: no exchange information: [^\n]*\n$/],
  [
    'a truncated gzip file',
    gzipSync('{"symbols":[]}').subarray(0, 20),
    /^tapewright: x\.json cannot be unpacked [^\n]*\n$/,
  ],
] as const)
  test(`${what} is refused as exchange information in one line`, async (t) => {
    const line = new CommandLine(t)
    writeFileSync(line.path('x.json'), content)
    const { exit, stderr } = await line.run('instruments', 'x.json')
    assert.equal(exit, 2)
    assert.match(stderr, expected)
  })

dataTest(
  'recorded exchange information is read, and its venue recognised',
  'captures/multi-symbol/BINANCE_FUTURES.0.gz',
  async (file, t) => {
    const line = new CommandLine(t)
    const { instruments } = (await line.json(0, 'instruments', file)) as Answer
    assert.equal(instruments.length, 122)
    const bitcoin = instruments.find(({ symbol }) => symbol === 'BTCUSDT')
    assert.deepEqual([bitcoin?.['venue'], bitcoin?.['tickSize']], ['binance-usdm', '0.01'])
  },
)
