/** The scanner against the slow path: two ways of reading that share no code for bytes and numbers must agree on every row. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { dataTest } from '../../testing/data.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { FULL, LOOKAHEAD, MISS, Scanner } from './scanner.ts'
import { scanMessage } from './scan-message.ts'
import { readMessage } from './slow-message.ts'
import type { Problem } from './problem.ts'

const PRICE_DECIMALS = 3
const QUANTITY_DECIMALS = 4
const symbols = ['BTCUSDT', 'ETHBTC', '1000SHIBUSDT', '币安人生USDT']
const table = symbols.map((symbol) =>
  exampleInstrument(symbol, { priceDecimals: PRICE_DECIMALS, quantityDecimals: QUANTITY_DECIMALS }),
)

/** Digits and a fraction; some too fine, too large or with zeros to spare. */
const decimal = fc
  .tuple(
    fc.oneof(fc.nat(9), fc.nat(99_999), fc.nat(2_000_000_000), fc.maxSafeNat()).map(String),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,4}$/), fc.stringMatching(/^\.[0-9]{2}0{1,8}$/)),
  )
  .map(([whole, fraction]) => JSON.stringify(whole + fraction))
const stamp = fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 }).map(String)
const id = fc.oneof(fc.nat(9), fc.nat(), fc.maxSafeNat(), fc.bigInt(0n, (1n << 65n) - 1n)).map(String)
const flag = fc.boolean().map(String)
const symbol = fc.constantFrom(...symbols, 'NOBODY').map((name) => JSON.stringify(name))
const levels = fc
  .array(fc.tuple(decimal, decimal), { maxLength: 6 })
  .map((list) => `[${list.map(([p, q]) => `[${p},${q}]`).join(',')}]`)
/** Values under keys that nobody reads. */
const anything = fc.oneof(
  fc.json({ maxDepth: 3 }).map((text) => text),
  fc.constantFrom('1', '-0.5', 'true', 'null', '"}]"', '"\\"x"', '[[],{}]', '{"e":"trade"}', '1e5'),
)

type Fields = Record<string, fc.Arbitrary<string>>

const head: Fields = { E: stamp, s: symbol }
const events: readonly (readonly [name: string, fields: Fields])[] = [
  [
    'trade',
    {
      ...head,
      T: stamp,
      t: id,
      p: decimal,
      q: decimal,
      X: fc.constantFrom('"MARKET"', '"ADL"', '"MARKE\\u0054"'),
      m: flag,
    },
  ],
  ['aggTrade', { ...head, T: stamp, a: id, p: decimal, q: decimal, f: id, l: id, m: flag }],
  ['bookTicker', { ...head, T: stamp, u: id, b: decimal, B: decimal, a: decimal, A: decimal }],
  ['depthUpdate', { ...head, T: stamp, U: id, u: id, pu: id, b: levels, a: levels }],
  [
    'markPriceUpdate',
    {
      ...head,
      p: decimal,
      i: decimal,
      r: fc.oneof(
        decimal,
        decimal.map((text) => text.replace('"', '"-')),
        fc.constant('""'),
      ),
      T: stamp,
    },
  ],
  [
    '24hrTicker',
    { ...head, c: decimal, o: decimal, h: decimal, l: decimal, v: decimal, q: decimal, O: stamp, L: id, n: id },
  ],
]
const inner: readonly (readonly [name: string, key: string, fields: Fields])[] = [
  [
    'kline',
    'k',
    {
      t: stamp,
      T: stamp,
      s: symbol,
      L: fc.oneof(id, fc.constant('-1')),
      o: decimal,
      h: decimal,
      l: decimal,
      c: decimal,
      v: decimal,
      n: id,
      x: flag,
      q: decimal,
      V: decimal,
    },
  ],
  [
    'forceOrder',
    'o',
    { s: symbol, S: fc.constantFrom('"BUY"', '"SELL"'), q: decimal, p: decimal, ap: decimal, z: decimal, T: stamp },
  ],
]

/** An object with its fields in any order, some left out, some unknown ones between them. */
function object(fields: Fields): fc.Arbitrary<string> {
  const keys = Object.keys(fields)
  const values = fc.record(fields)
  const unknown = fc.array(fc.tuple(fc.constantFrom('st', 'ps', 'nq', 'Z', 'later', 'zz', 'é'), anything), {
    maxLength: 2,
  })
  const left = fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(keys, { maxLength: 1 }) },
  )
  return fc.tuple(values, unknown, left).chain(([record, extra, missing]) => {
    const known = keys
      .filter((key) => !missing.includes(key as never))
      .map((key) => `${JSON.stringify(key)}:${record[key]}`)
    const others = new Map(extra)
    const parts = [...known, ...[...others].map(([key, value]) => `${JSON.stringify(key)}:${value}`)]
    return fc
      .oneof(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length }))
      .map((list) => `{${list.join(',')}}`)
  })
}

const payload = fc.oneof(
  ...events.map(([name, fields]) => object({ e: fc.constant(JSON.stringify(name)), ...fields })),
  ...inner.map(([name, key, fields]) =>
    object({ e: fc.constant(JSON.stringify(name)), E: stamp, [key]: object(fields) }),
  ),
  object({ u: id, s: symbol, b: decimal, B: decimal, a: decimal, A: decimal }),
  object({ lastUpdateId: id, E: stamp, T: stamp, bids: levels, asks: levels }),
)
const stream = fc.constantFrom(
  'btcusdt@trade',
  'btcusdt@depth',
  'ethbtc@depth@100ms',
  'btcusdt@depth20@100ms',
  'btcusdt@rpiDepth@500ms',
  'nobody@depth5',
)
const message = fc.oneof(
  payload,
  fc.tuple(stream, payload).map(([name, data]) => `{"stream":"${name}","data":${data}}`),
  fc.array(payload, { maxLength: 3 }).map((list) => `[${list.join(',')}]`),
)

class Reader {
  readonly scanner: Scanner
  readonly fast = new RowBuffer(8192)
  readonly slow = new RowBuffer(8192)
  known = 0

  constructor(scanner: Scanner) {
    this.scanner = scanner
    scanner.source = 7
    scanner.context = 0
  }

  /** Reads bytes[start, end) both ways; what the scanner knows must be what the slow path makes of it. */
  compare(bytes: Uint8Array, start: number, end: number): void {
    const { scanner, fast, slow } = this
    fast.clear()
    slow.clear()
    scanner.read(bytes)
    scanner.write(fast)
    const reached = scanMessage(scanner, start, fast)
    assert.notEqual(reached, FULL)
    if (reached === MISS) return
    const skipped = scanner.skipped
    this.known++
    const problems: Problem[] = []
    scanner.write(slow)
    readMessage(scanner, start, end, slow, problems)
    assert.deepEqual(problems, [])
    assert.equal(reached, end)
    assert.equal(fast.length, slow.length)
    assert.equal(scanner.skipped, skipped)
    const length = fast.length * 64
    if (Buffer.compare(fast.u8.subarray(0, length), slow.u8.subarray(0, length)) !== 0) {
      assert.deepEqual([...fast.f64.subarray(0, fast.length * 8)], [...slow.f64.subarray(0, fast.length * 8)])
      assert.fail('heads or ids differ')
    }
  }
}

for (const spot of [false, true]) {
  test(`${spot ? 'spot' : 'futures'} messages in any order with any extra fields are read alike both ways`, () => {
    const reader = new Reader(new Scanner(table, spot))
    fc.assert(
      fc.property(message, (text) => {
        const encoded = encodeUtf8(text)
        const bytes = new Uint8Array(encoded.length + LOOKAHEAD)
        bytes.set(encoded)
        reader.compare(bytes, 0, encoded.length)
      }),
      { numRuns: 4000 },
    )
    assert.ok(reader.known > 500, `the scanner must know a fair part of the messages, and knew ${reader.known}`)
  })
}

test('a message with one byte changed is refused or means the same both ways', () => {
  const reader = new Reader(new Scanner(table, false))
  fc.assert(
    fc.property(message, fc.nat(), fc.nat(255), (text, place, byte) => {
      const encoded = encodeUtf8(text)
      const bytes = new Uint8Array(encoded.length + LOOKAHEAD)
      bytes.set(encoded)
      bytes[place % encoded.length] = byte
      reader.compare(bytes, 0, encoded.length)
    }),
    { numRuns: 4000 },
  )
})

const RECORDINGS: readonly (readonly [file: string, spot: boolean, priceDecimals: number, quantityDecimals: number])[] =
  [
    ['captures/binance-usdm/btcusdt_20230404.gz', false, 1, 3],
    ['captures/binance-usdm/ethusdt_20240808.gz', false, 2, 3],
    ['captures/binance-spot/btcusdt_20240808.gz', true, 2, 6],
  ]

for (const [file, spot, priceDecimals, quantityDecimals] of RECORDINGS) {
  dataTest(`every message of ${file} is read alike both ways`, file, (path) => {
    const recording = gunzipSync(readFileSync(path))
    const bytes = new Uint8Array(recording.length + LOOKAHEAD)
    bytes.set(recording)
    const both = ['BTCUSDT', 'ETHUSDT'].map((name) => exampleInstrument(name, { priceDecimals, quantityDecimals }))
    const reader = new Reader(new Scanner(both, spot))
    let lines = 0
    for (let start = 0; start < recording.length; lines++) {
      const end = recording.indexOf('\n', start)
      reader.compare(bytes, recording.indexOf(' ', start) + 1, end)
      start = end + 1
    }
    // A recording has one snapshot in line; those of 2023 have white space, which is the slow path's.
    assert.ok(reader.known >= lines - 1, `the scanner knew ${reader.known} of ${lines}`)
  })
}
