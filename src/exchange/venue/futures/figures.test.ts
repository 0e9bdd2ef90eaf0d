import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FuturesWorld, venueInstrument } from '../../../testing/futures-world.ts'
import { SELL } from '../requests.ts'
import { Brackets } from './brackets.ts'
import { fundingRate, median, nextTime } from './premium.ts'

const UNIT = 100_000_000n
const FREE = { makerFeePpm: 0, takerFeePpm: 0 }

/** A market without fees, so that wallets stay what they were. */
function freeTown(...deposits: readonly string[]): FuturesWorld {
  return new FuturesWorld({ instruments: [venueInstrument('BTCUSDT', FREE)] }).open(...deposits).mark(769_000)
}

/** The venue's worked table: floors 0, 300k, 800k, 3M with 0.4, 0.5, 0.65 and 1 %. */
const WORKED = venueInstrument('BTCUSDT', {
  brackets: [
    { floor: 0, cap: 300_000, maxLeverage: 125, maintenancePpm: 4_000 },
    { floor: 300_000, cap: 800_000, maxLeverage: 100, maintenancePpm: 5_000 },
    { floor: 800_000, cap: 3_000_000, maxLeverage: 75, maintenancePpm: 6_500 },
    { floor: 3_000_000, cap: 12_000_000, maxLeverage: 50, maintenancePpm: 10_000 },
  ],
})

test('what brackets take off is 0, 300, 1,500 and 12,000 in the worked table', () => {
  assert.deepEqual(
    new Brackets(WORKED).cums.map((cum) => cum / UNIT),
    [0n, 300n, 1_500n, 12_000n],
  )
})

test('maintenance margin is that of each slice of the position by its own rate', () => {
  const brackets = new Brackets(WORKED)
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 12_000_000n * UNIT }), (value) => {
      let slices = 0n
      for (const { floor, cap, maintenancePpm } of WORKED.brackets) {
        const [low, high] = [BigInt(floor) * UNIT, BigInt(cap) * UNIT]
        const inside = value < low ? 0n : (value < high ? value : high) - low
        slices += inside * BigInt(maintenancePpm)
      }
      const difference = brackets.maintenance(value) * 1_000_000n - slices
      assert.ok(difference >= -500_000n && difference <= 500_000n)
      const cells = Float64Array.of(Number(value))
      brackets.estimate(cells, 0)
      assert.ok(Math.abs((cells[0] as number) - Number(brackets.maintenance(value))) < 1 + Number(value) * 1e-12)
    }),
  )
})

test('an isolated long of 0.1 at 76,900 and 20x is closed at 73,348.39', () => {
  const world = freeTown('10000', '10000')
  world.ask({ kind: 'margin-type', account: 0, instrument: 0, isolated: true })
  world.trade(0, 1, 100, 769_000)
  const [position] = world.venue.positionsOf(0, 0)
  assert.equal(position?.isolatedWallet, 38_450_000_000n)
  assert.equal(position.liquidationPrice / 1_000_000n, 73_348_39n)
})

test('a cross short of 0.1 at 76,900 with 1,000 behind it is closed at 86,553.78', () => {
  const world = freeTown('10000', '1000').trade(0, 1, 100, 769_000)
  assert.equal(world.venue.positionsOf(1, 0)[0]?.liquidationPrice, 86_553_78486056n)
})

test('at its liquidation price a position is closed, and a tick before it is not', () => {
  const world = freeTown('10000', '1000').trade(0, 1, 100, 769_000)
  world.mark(865_537)
  assert.equal(world.position(1), -100)
  world.mark(865_538)
  assert.equal(world.position(1), 0)
})

test('a position of 0.1 at 77,500 shows the figures of the venue’s example', () => {
  const world = freeTown('10000', '10000').trade(0, 1, 100, 769_000).mark(775_000)
  const [balance] = world.venue.balancesOf(0)
  const [position] = world.venue.positionsOf(0, 0)
  assert.equal(balance?.unrealized, 60n * UNIT)
  assert.equal(balance.positionInitialMargin, 387_50000000n)
  assert.equal(balance.maintenanceMargin, 31n * UNIT)
  assert.equal(balance.available, 9_672_50000000n)
  assert.equal(balance.maxWithdraw, 9_612_50000000n)
  assert.equal(position?.notional, 7_750n * UNIT)
})

test('fees paid raise the break-even price of a long and lower that of a short', () => {
  const world = new FuturesWorld().open('10000', '10000').mark(769_000).trade(0, 1, 100, 769_000)
  assert.equal(world.venue.positionsOf(0, 0)[0]?.breakEvenPrice, 76_938_45000000n)
  assert.equal(world.venue.positionsOf(1, 0)[0]?.breakEvenPrice, 76_884_62000000n)
})

test('open orders need margin for the larger side, beyond what the position has', () => {
  const world = freeTown('10000', '10000').trade(0, 1, 100, 769_000)
  const need = (): bigint | undefined => world.venue.balancesOf(0)[0]?.openOrderInitialMargin
  world.limit(0, SELL, 150, 769_000)
  assert.equal(need(), 0n)
  world.limit(0, SELL, 150, 769_000)
  // Long 7,690, sales of 23,070: short 15,380 at most, twice the position.
  assert.equal(need(), 38_450_000_000n)
})

test('the median of three prices lies between the other two', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), (a, b, c) => {
      assert.equal(median(a, b, c), [a, b, c].toSorted((x, y) => x - y)[1])
    }),
  )
})

test('a premium of 0.03 % and an interest of 0.01 % make a rate of 0.01 %', () => {
  const bounds = { fundingInterval: 28_800_000_000, fundingCap: 2_000_000, fundingFloor: -2_000_000 }
  assert.equal(fundingRate(30_000, 10_000, 50_000, bounds), 10_000)
  assert.equal(fundingRate(200_000, 10_000, 50_000, bounds), 150_000)
  assert.equal(fundingRate(9_000_000, 10_000, 50_000, bounds), 2_000_000)
  assert.equal(fundingRate(30_000, 10_000, 50_000, { ...bounds, fundingInterval: 14_400_000_000 }), 5_000)
})

test('funding times are multiples of the interval', () => {
  assert.equal(nextTime(0, 100), 100)
  assert.equal(nextTime(99, 100), 100)
  assert.equal(nextTime(100, 100), 200)
})
