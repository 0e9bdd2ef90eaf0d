import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BEST_BID_ASK, SELL_TAKER, TRADE } from '../../core/tape/kinds.ts'
import { printId } from '../../core/tape/ids.ts'
import { APPEND_TIME, ROW_SLOTS, VENUE_TIME, VERSION } from '../../core/tape/layout.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { Random } from '../../core/number/random.ts'
import { SyntheticMarket } from './synthetic-market.ts'

const START = 1_700_000_000_000_000
const INSTRUMENTS = [
  exampleInstrument('AUSDT'),
  exampleInstrument('BUSDT', { tickSize: 5, stepSize: 10 }),
  exampleInstrument('CUSDT'),
]
const START_PRICES = [100_000, 50_000, 7000]

interface Row {
  readonly kind: number
  readonly instrument: number
  readonly sell: boolean
  readonly time: number
  readonly append: number
  readonly version: number
  readonly id: string
  readonly cells: readonly number[]
}

async function rowsOf(seed: number, rows: number): Promise<readonly Row[]> {
  const market = new SyntheticMarket({
    seed,
    instruments: INSTRUMENTS,
    startPrices: START_PRICES,
    startTime: START,
    rows,
    meanGapUs: 1000,
  })
  const found: Row[] = []
  for (let buffer = await market.next(); buffer !== undefined; buffer = await market.next()) {
    for (let row = 0; row < buffer.length; row++) {
      const at = row * ROW_SLOTS
      const { f64, u8, u16 } = buffer
      found.push({
        kind: u8[row * 64] as number,
        instrument: u16[row * 32 + 3] as number,
        sell: ((u8[row * 64 + 1] as number) & SELL_TAKER) !== 0,
        time: f64[at + VENUE_TIME] as number,
        append: f64[at + APPEND_TIME] as number,
        version: f64[at + VERSION] as number,
        id: printId(buffer, at + TRADE.id),
        cells: Array.from(f64.subarray(at + 4, at + 8)),
      })
    }
    market.release(buffer)
  }
  return found
}

test('the same seed gives the same rows, another seed others, and more rows begin with the same', async () => {
  const rows = await rowsOf(1, 20_000)
  assert.equal(rows.length, 20_000)
  assert.deepEqual(await rowsOf(1, 20_000), rows)
  assert.deepEqual((await rowsOf(1, 30_000)).slice(0, 20_000), rows)
  assert.notDeepEqual(
    (await rowsOf(2, 1000)).map(({ cells }) => cells),
    rows.slice(0, 1000).map(({ cells }) => cells),
  )
})

test('times rise on both clocks, and no row arrives before it was sent', async () => {
  const rows = await rowsOf(3, 20_000)
  for (const [i, { time, append }] of rows.entries()) {
    const before = rows[i - 1]
    assert.ok(append > time)
    assert.ok(before === undefined || (time > before.time && append >= before.append))
  }
  const last = rows.at(-1)?.time ?? 0
  const mean = (last - START) / rows.length
  assert.ok(mean > 900 && mean < 1100, `${mean} microseconds between rows`)
})

test('prices are ticks, sizes are steps, the book is never crossed, and trades happen at its best prices', async () => {
  const best = INSTRUMENTS.map(() => [0, Infinity])
  for (const { kind, instrument, cells, sell } of await rowsOf(4, 50_000)) {
    const rules = INSTRUMENTS[instrument]
    assert.ok(rules !== undefined)
    const [first = 0, second = 0, third = 0, fourth = 0] = cells
    if (kind === BEST_BID_ASK.kind) {
      assert.ok(first > 0 && first < third)
      for (const price of [first, third]) assert.equal(price % rules.tickSize, 0)
      for (const lots of [second, fourth]) assert.ok(lots > 0 && lots % rules.stepSize === 0)
      best[instrument] = [first, third]
    } else {
      assert.equal(kind, TRADE.kind)
      assert.ok(first > 0 && first % rules.tickSize === 0)
      assert.ok(second > 0 && second % rules.stepSize === 0)
      const [bid = 0, ask = Infinity] = best[instrument] ?? []
      // The price may have moved since the last quote, by a storm's step at most.
      const reach = Math.max(6 * rules.tickSize, first / 1000)
      assert.ok(sell ? first <= bid + reach || bid === 0 : first >= ask - reach || ask === Infinity)
    }
  }
})

test('trade ids count up by one per instrument, and versions never run backwards', async () => {
  const trades = INSTRUMENTS.map(() => 0)
  const updates = INSTRUMENTS.map(() => 0)
  for (const { kind, instrument, version, id } of await rowsOf(5, 20_000)) {
    if (kind === TRADE.kind) {
      trades[instrument] = (trades[instrument] as number) + 1
      assert.equal(version, trades[instrument])
      assert.equal(id, String(version))
    } else {
      assert.ok(version > (updates[instrument] as number))
      updates[instrument] = version
    }
  }
})

test('it favours no direction: over many markets as many end above as below their start', async () => {
  let above = 0
  const markets = 200
  for (let seed = 0; seed < markets; seed++) {
    const rows = await rowsOf(seed, 2000)
    const last = rows.findLast(({ kind, instrument }) => kind === TRADE.kind && instrument === 0)
    if ((last?.cells[0] ?? 0) > (START_PRICES[0] as number)) above++
  }
  // Six standard deviations of a fair coin.
  assert.ok(Math.abs(above - markets / 2) < 6 * Math.sqrt(markets / 4), `${above} of ${markets}`)
})

test('random streams of one seed are told apart by their labels, and bits are fair', () => {
  const draws = (label: string): number[] => {
    const random = new Random(7, label)
    return Array.from({ length: 1000 }, () => random.next())
  }
  assert.deepEqual(draws('market'), draws('market'))
  assert.notDeepEqual(draws('market'), draws('traders'))
  const random = new Random(1)
  const bits = new Uint32Array(32)
  for (let i = 0; i < 100_000; i++) {
    const word = random.next()
    for (let bit = 0; bit < 32; bit++) bits[bit] = (bits[bit] as number) + ((word >>> bit) & 1)
  }
  for (const ones of bits) assert.ok(Math.abs(ones - 50_000) < 6 * Math.sqrt(25_000), `${ones} of 100000`)
})

test('draws below a bound are spread evenly and stay below it', () => {
  const random = new Random(3)
  const counts = new Uint32Array(10)
  for (let i = 0; i < 100_000; i++) {
    const draw = random.below(10)
    assert.ok(Number.isInteger(draw) && draw >= 0 && draw < 10)
    counts[draw] = (counts[draw] as number) + 1
  }
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 6 * Math.sqrt(9000), `${count} of 100000`)
})

test('chances come as often as they should', () => {
  const random = new Random(4)
  let hits = 0
  for (let i = 0; i < 65_536; i++) if (random.chance(6554)) hits++
  assert.ok(Math.abs(hits - 6554) < 6 * Math.sqrt(5900), `${hits} of 6554`)
})
