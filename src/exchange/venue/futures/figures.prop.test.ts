import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACCOUNTS, MIDDLE, step, take } from '../../../testing/futures-requests.ts'
import { FuturesWorld, venueInstrument } from '../../../testing/futures-world.ts'
import { type SlowPosition, applyTrade, halfUp, size } from '../../../testing/slow-futures-account.ts'
import { BUY } from '../requests.ts'
import { COVERED, ORDER_COST } from './margin.ts'

const TAKER = 500n
const MAKERS = [200n, -50n]

function newWorld(): FuturesWorld {
  const rules = { minNotionalMicros: 0 }
  const instruments = [venueInstrument('AUSDT', rules), venueInstrument('BUSDT', { ...rules, makerFeePpm: -50 })]
  const world = new FuturesWorld({ instruments })
  return world.open('300', '300', '300', '300').mark(MIDDLE, 0).mark(MIDDLE, 1)
}

const streams = fc.array(step, { maxLength: 120, size: 'max' })

test('every fee, every realized profit and every entry price is that of a slow twin', () => {
  fc.assert(
    fc.property(streams, (steps) => {
      const world = newWorld()
      for (const one of steps) take(world, one)
      for (let account = 0; account < ACCOUNTS; account++) compare(world, account)
    }),
    { numRuns: 150 },
  )
})

test('fills of any size are booked exactly, where doubles are not exact any more too', () => {
  const lots = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 900_000_000 }))
  const fill = fc.record({ lots, price: fc.integer({ min: MIDDLE - 99, max: MIDDLE + 99 }), isBack: fc.boolean() })
  fc.assert(
    fc.property(fc.array(fill, { minLength: 2, maxLength: 12 }), (fills) => {
      const world = newWorld()
      const money = 1_000_000_000n
      let paid = 0n
      for (const account of [0, 1]) world.ask({ kind: 'transfer', account, asset: 'USDT', amount: money.toString() })
      for (const each of fills)
        world.trade(each.isBack ? 1 : 0, each.isBack ? 0 : 1, each.lots, each.price).ask(EVERYTHING_GOES)
      for (const account of [0, 1]) {
        compare(world, account)
        for (const trade of world.venue.tradesOf(account, { limit: 99 })) paid += trade.realized - trade.fee
      }
      assert.equal(world.wallet(0) + world.wallet(1), 2n * (money + 300n) * 100_000_000n + paid)
    }),
    { numRuns: 150 },
  )
})

/** So that what did not trade is out of the way. */
const EVERYTHING_GOES = { kind: 'cancel-all', account: 1, instrument: 0 } as const

/** Holds an account's trades and positions against the slow twin. */
function compare(world: FuturesWorld, account: number): void {
  const positions = new Map<string, SlowPosition>()
  for (const trade of world.venue.tradesOf(account, { limit: 100_000 })) {
    const key = `${trade.instrument} ${trade.positionSide}`
    const position = positions.get(key) ?? { lots: 0n, value: 0n }
    positions.set(key, position)
    assert.equal(trade.realized, applyTrade(position, trade))
    const rate = trade.maker ? (MAKERS[trade.instrument] ?? 0n) : TAKER
    assert.equal(trade.fee, halfUp(trade.value * rate, 1_000_000n))
  }
  for (const view of world.venue.positionsOf(account, -1)) {
    const twin = positions.get(`${view.instrument} ${view.positionSide}`) ?? { lots: 0n, value: 0n }
    assert.equal(BigInt(view.quantity), twin.lots)
    if (twin.lots !== 0n) assert.equal(view.entryPrice, halfUp(twin.value * 1000n, size(twin.lots)))
  }
}

test('an order is covered exactly if the exact figures say so', () => {
  const order = fc.record({
    account: fc.nat({ max: ACCOUNTS - 1 }),
    instrument: fc.nat({ max: 1 }),
    side: fc.nat({ max: 1 }),
    lots: fc.integer({ min: 1, max: 200_000 }),
    price: fc.integer({ min: MIDDLE - 50, max: MIDDLE + 50 }),
    /** Cents that the account's spare margin is moved to be above the order's cost. */
    near: fc.constantFrom(undefined, -1n, 0n, 1n),
  })
  fc.assert(
    fc.property(streams, order, (steps, { account, instrument, side, lots, price, near }) => {
      const world = newWorld()
      for (const one of steps) take(world, one)
      const { state } = world.venue
      if (state.accounts.hedge[account] === 1) return
      const row = state.rows.take(account, instrument, 0)
      const worth = BigInt(lots) * BigInt(price) * 10_000n
      const before = state.figures.ofRow(row)
      const after = state.figures.ofRow(row, side === BUY ? worth : 0n, side === BUY ? 0n : worth)
      const held = BigInt(state.rows.quantity[row] as number)
      const pending = BigInt((side === BUY ? state.rows.buyLots[row] : state.rows.sellLots[row]) as number)
      const closes = (side === BUY ? -held : held) - pending
      const opened = closes > 0n ? (BigInt(lots) > closes ? BigInt(lots) - closes : 0n) : BigInt(lots)
      const fair = state.figures.valueOf(instrument, Number(opened)) ?? 0n
      const own = opened * BigInt(price) * 10_000n
      const loss = side === BUY ? own - fair : fair - own
      const cost = after.orderMargin - before.orderMargin + (loss > 0n ? loss : 0n)
      const spare = (): bigint => {
        const sums = state.figures.ofAccount(account, 0)
        return sums.crossWallet + sums.crossUnrealized - sums.crossPositionMargin - sums.orderMargin
      }
      // Brings the account to the edge, where the sums must leave the decision to the exact figures.
      if (near !== undefined && cost > 0n && cost + near > spare()) {
        const amount = cost + near - spare()
        world.ask({ kind: 'transfer', account, asset: 'USDT', amount: text(amount) })
      }
      state.margin.order[ORDER_COST.lots] = lots
      state.margin.order[ORDER_COST.assumed] = price
      state.margin.order[ORDER_COST.price] = price
      const answer = state.margin.covers(row, side)
      if (answer === COVERED.position) return
      assert.equal(answer === COVERED.yes, cost <= spare() || cost <= 0n)
    }),
    { numRuns: 300 },
  )
})

function text(amount: bigint): string {
  const digits = amount.toString().padStart(9, '0')
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`
}
