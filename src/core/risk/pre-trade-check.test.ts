import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wholeInstrument } from '../../testing/engine-driver.ts'
import { OrderTable } from '../account/orders.ts'
import type { Limits } from '../engine/config.ts'
import { MarketState } from '../engine/market-state.ts'
import type { Instrument } from '../market/instrument.ts'
import { BLOCK, ORDER_FLAGS, ORDER_TYPE } from '../tape/kinds.ts'
import { Exposure, MICROS } from './exposure.ts'
import { DRAFT, FUNDS, PreTradeCheck } from './pre-trade-check.ts'

const PERPETUAL = wholeInstrument('BTCUSDT')
const SPOT = wholeInstrument('BTCUSDT', { venue: 'binance-spot', market: 'spot' })
const CAPACITY = 64

interface Order {
  readonly side?: 'buy' | 'sell'
  readonly type?: keyof typeof ORDER_TYPE
  /** Opening unless said otherwise; `closing` is what spot and quotes send, without the venue's own reduce-only. */
  readonly role?: 'opening' | 'reduce-only' | 'closing'
  readonly quantity: number
  /** For a market order the expected price. */
  readonly price?: number
  readonly trigger?: number
  readonly instrument?: number
}

/** A check over a market at 100, an account of 10,000 and a leverage of 1 unless said otherwise. */
class Desk {
  readonly market: MarketState
  readonly orders: OrderTable
  readonly exposure: Exposure
  readonly check: PreTradeCheck
  readonly #draft = new Float64Array(DRAFT.length)
  #intents = 0

  constructor(limits: Limits = {}, instruments: readonly Instrument[] = [PERPETUAL], capacity = CAPACITY) {
    this.market = new MarketState(instruments, new Float64Array(1))
    this.market.last.fill(100)
    this.orders = new OrderTable(capacity, instruments.length * 2)
    this.exposure = new Exposure(instruments)
    const { market, orders, exposure } = this
    this.check = new PreTradeCheck({ instruments, market, orders, exposure, freshenFunds: () => undefined }, limits, 1)
    this.check.funds[FUNDS.equity] = 10_000 * MICROS
  }

  /** The account holds `lots` of an instrument. */
  hold(lots: number, instrument = 0): this {
    this.exposure.position[instrument] = lots
    this.exposure.refresh(instrument, Float64Array.of(100))
    return this
  }

  /** An order of strategy 1 is open: it was sent before. */
  rest(order: Order): this {
    const slot = this.orders.add(++this.#intents, this.exposure.position.length + (order.instrument ?? 0))
    this.orders.price[slot] = order.price ?? 100
    this.orders.quantity[slot] = order.quantity
    this.orders.flags[slot] = flagsOf(order)
    this.orders.type[slot] = ORDER_TYPE[order.type ?? 'limit']
    const open = order.side === 'sell' ? this.exposure.openSell : this.exposure.openBuy
    const instrument = order.instrument ?? 0
    if (order.role !== 'reduce-only') open[instrument] = (open[instrument] as number) + order.quantity
    this.exposure.refresh(instrument, Float64Array.of(100))
    return this
  }

  /** Names of the reasons against an order. */
  judge(order: Order): readonly string[] {
    this.#draft[DRAFT.price] = order.price ?? 100
    this.#draft[DRAFT.quantity] = order.quantity
    this.#draft[DRAFT.trigger] = order.trigger ?? 0
    const bits = this.check.reasons(
      order.instrument ?? 0,
      flagsOf(order),
      ORDER_TYPE[order.type ?? 'limit'],
      this.#draft,
    )
    return Object.entries(BLOCK).flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name]))
  }
}

function flagsOf({ side = 'buy', role = 'opening' }: Order): number {
  const marks = { opening: ORDER_FLAGS.opening, 'reduce-only': ORDER_FLAGS.reduceOnly, closing: 0 }
  return (side === 'sell' ? ORDER_FLAGS.sell : 0) | marks[role]
}

test('nothing speaks against an order within all limits', () => {
  const limits = {
    maxOrderNotional: 1000,
    maxPositionNotional: 1000,
    maxTotalNotional: 1000,
    maxOpenOrders: 1,
    maxDailyLoss: 1,
  }
  assert.deepEqual(new Desk(limits).judge({ quantity: 10 }), [])
})

for (const [name, bit] of [
  ['paused', BLOCK.paused],
  ['killed', BLOCK.killed],
] as const) {
  test(`${name}: opening is blocked, closing is not`, () => {
    const desk = new Desk().hold(10)
    desk.check.standing |= bit
    assert.deepEqual(desk.judge({ quantity: 1 }), [name])
    assert.deepEqual(desk.judge({ quantity: 10, side: 'sell', role: 'reduce-only' }), [])
    assert.deepEqual(desk.judge({ quantity: 10, side: 'sell', role: 'closing' }), [])
  })
}

test('locked: opening is blocked on the locked instrument only', () => {
  const desk = new Desk({}, [PERPETUAL, wholeInstrument('ETHUSDT')]).hold(10)
  desk.check.locked[0] = 1
  assert.deepEqual(desk.judge({ quantity: 1 }), ['locked'])
  assert.deepEqual(desk.judge({ quantity: 1, instrument: 1 }), [])
  assert.deepEqual(desk.judge({ quantity: 10, side: 'sell', role: 'reduce-only' }), [])
})

test('bookNotLive: while best prices come from a book that is not live, opening is blocked and closing is not', () => {
  const desk = new Desk().hold(10)
  desk.market.isStale[0] = 1
  assert.deepEqual(desk.judge({ quantity: 1 }), ['bookNotLive'])
  assert.deepEqual(desk.judge({ quantity: 10, side: 'sell', role: 'reduce-only' }), [])
})

test('belowMinimum: less than the smallest quantity, or than the smallest value', () => {
  const rules = { minQuantity: 2, marketMinQuantity: 4, minNotionalMicros: 500 * MICROS }
  const desk = new Desk({}, [wholeInstrument('BTCUSDT', rules)]).hold(10)
  assert.deepEqual(desk.judge({ quantity: 1, price: 600 }), ['belowMinimum'])
  assert.deepEqual(desk.judge({ quantity: 4 }), ['belowMinimum'])
  assert.deepEqual(desk.judge({ quantity: 5 }), [])
  assert.deepEqual(desk.judge({ quantity: 3, price: 200, type: 'market' }), ['belowMinimum'])
  // A contract position may be closed in pieces of any value.
  assert.deepEqual(desk.judge({ quantity: 2, side: 'sell', role: 'reduce-only' }), [])
})

test('belowMinimum: spot asks for the smallest value when it sells, too', () => {
  const desk = new Desk({}, [wholeInstrument('BTCUSDT', { ...SPOT, minNotionalMicros: 500 * MICROS })]).hold(10)
  assert.deepEqual(desk.judge({ quantity: 4, side: 'sell', role: 'closing' }), ['belowMinimum'])
  assert.deepEqual(desk.judge({ quantity: 5, side: 'sell', role: 'closing' }), [])
})

test('a protective stop on spot is worth what its trigger says', () => {
  const desk = new Desk({}, [SPOT]).hold(10)
  const stop = { side: 'sell', role: 'closing', type: 'stopMarket', price: 0 } as const
  assert.deepEqual(desk.judge({ ...stop, quantity: 10, trigger: 90 }), [])
  assert.deepEqual(desk.judge({ ...stop, quantity: 1, trigger: 4 }), ['belowMinimum'])
})

test('orderTooLarge: more than one order may be worth, or than the venue takes', () => {
  const desk = new Desk({ maxOrderNotional: 500 }, [wholeInstrument('BTCUSDT', { maxQuantity: 1000 })])
  assert.deepEqual(desk.judge({ quantity: 5 }), [])
  assert.deepEqual(desk.judge({ quantity: 6 }), ['orderTooLarge'])
  assert.deepEqual(desk.judge({ quantity: 1001, side: 'sell', role: 'reduce-only' }), ['orderTooLarge'])
})

test('positionTooLarge: the position after the worst outcome of all open orders', () => {
  const desk = new Desk({ maxPositionNotional: 1000 }).hold(4).rest({ quantity: 4, price: 90 })
  assert.deepEqual(desk.judge({ quantity: 2 }), [])
  assert.deepEqual(desk.judge({ quantity: 3 }), ['positionTooLarge'])
  // Short: the open purchases may not fill, so they do not help.
  assert.deepEqual(desk.judge({ quantity: 14, side: 'sell' }), [])
  assert.deepEqual(desk.judge({ quantity: 15, side: 'sell' }), ['positionTooLarge'])
})

test('positionTooLarge: all instruments together, each at its worst', () => {
  const desk = new Desk({ maxTotalNotional: 1000 }, [PERPETUAL, wholeInstrument('ETHUSDT')])
  desk.hold(-3, 0).rest({ quantity: 2, side: 'sell' })
  assert.deepEqual(desk.judge({ quantity: 5, instrument: 1 }), [])
  assert.deepEqual(desk.judge({ quantity: 6, instrument: 1 }), ['positionTooLarge'])
})

test('a purchase far below the market is valued at the market: what is held already does not shrink with it', () => {
  const desk = new Desk({ maxPositionNotional: 1000 }).hold(10)
  assert.deepEqual(desk.judge({ quantity: 10, price: 1 }), ['positionTooLarge'])
})

test('tooManyOpenOrders: the operator’s limit holds for opening orders', () => {
  const desk = new Desk({ maxOpenOrders: 2 }).hold(5).rest({ quantity: 1, price: 90 }).rest({ quantity: 1, price: 91 })
  assert.deepEqual(desk.judge({ quantity: 1 }), ['tooManyOpenOrders'])
  assert.deepEqual(desk.judge({ quantity: 5, side: 'sell', role: 'reduce-only' }), [])
})

test('tooManyOpenOrders: room for stops and closing orders is kept free of opening ones', () => {
  const desk = new Desk({}, [PERPETUAL], 4).hold(5).rest({ quantity: 1, price: 90 }).rest({ quantity: 1, price: 91 })
  assert.deepEqual(desk.judge({ quantity: 1 }), ['tooManyOpenOrders'])
  assert.deepEqual(desk.judge({ quantity: 5, side: 'sell', role: 'reduce-only', price: 110 }), [])
  desk.rest({ quantity: 1, price: 92 }).rest({ quantity: 1, price: 93 })
  assert.deepEqual(desk.judge({ quantity: 5, side: 'sell', role: 'reduce-only', price: 110 }), ['tooManyOpenOrders'])
})

test('insufficientFunds: more than equity times leverage', () => {
  const desk = new Desk()
  assert.deepEqual(desk.judge({ quantity: 100 }), [])
  assert.deepEqual(desk.judge({ quantity: 101 }), ['insufficientFunds'])
})

test('insufficientFunds on spot: purchases need the money, sales the asset', () => {
  const desk = new Desk({}, [SPOT]).hold(10)
  assert.deepEqual(desk.judge({ quantity: 90 }), [])
  assert.deepEqual(desk.judge({ quantity: 91 }), ['insufficientFunds'])
  assert.deepEqual(desk.judge({ quantity: 10, side: 'sell' }), [])
  assert.deepEqual(desk.judge({ quantity: 11, side: 'sell' }), ['insufficientFunds'])
  desk.rest({ quantity: 6, side: 'sell', price: 120 })
  assert.deepEqual(desk.judge({ quantity: 5, side: 'sell' }), ['insufficientFunds'])
})

test('ownCross: a limit order that meets our own resting order is refused, whichever strategy rests it', () => {
  const desk = new Desk().hold(50).rest({ quantity: 1, side: 'sell', price: 101 }).rest({ quantity: 1, price: 99 })
  assert.deepEqual(desk.judge({ quantity: 1, price: 101 }), ['ownCross'])
  assert.deepEqual(desk.judge({ quantity: 1, price: 100 }), [])
  assert.deepEqual(desk.judge({ quantity: 1, side: 'sell', price: 99, role: 'closing' }), ['ownCross'])
  assert.deepEqual(desk.judge({ quantity: 1, side: 'sell', price: 100 }), [])
})

test('ownCross: an opening market order is refused where our own order stands, a closing one is not', () => {
  const desk = new Desk().hold(-5).rest({ quantity: 1, side: 'sell', price: 100 })
  assert.deepEqual(desk.judge({ quantity: 1, type: 'market', price: 100 }), ['ownCross'])
  assert.deepEqual(desk.judge({ quantity: 1, type: 'market', price: 99 }), [])
  assert.deepEqual(desk.judge({ quantity: 5, type: 'market', price: 100, role: 'reduce-only' }), [])
})

test('ownCross: stops that wait for their trigger are not in the book', () => {
  const desk = new Desk().hold(5).rest({ quantity: 5, side: 'sell', type: 'stopMarket', price: 0, role: 'reduce-only' })
  assert.deepEqual(desk.judge({ quantity: 1 }), [])
})

test('priceBand: farther from the mark price than the venue takes', () => {
  const desk = new Desk({}, [wholeInstrument('BTCUSDT', { priceBandUpPpm: 1_050_000, priceBandDownPpm: 950_000 })])
  desk.hold(-5).market.mark[0] = 100 * 1e8
  assert.deepEqual(desk.judge({ quantity: 1, price: 105 }), [])
  assert.deepEqual(desk.judge({ quantity: 1, price: 106 }), ['priceBand'])
  assert.deepEqual(desk.judge({ quantity: 1, price: 94, side: 'sell' }), ['priceBand'])
  assert.deepEqual(desk.judge({ quantity: 1, price: 106, role: 'reduce-only' }), ['priceBand'])
})

test('dailyLoss: opening stops when the day’s loss is reached, closing does not', () => {
  const desk = new Desk({ maxDailyLoss: 100 }).hold(10)
  desk.check.funds[FUNDS.dayStart] = 10_100 * MICROS - 1
  desk.check.refreshDailyLoss()
  assert.deepEqual(desk.judge({ quantity: 1 }), [])
  desk.check.funds[FUNDS.dayStart] = 10_100 * MICROS
  desk.check.refreshDailyLoss()
  assert.deepEqual(desk.judge({ quantity: 1 }), ['dailyLoss'])
  assert.deepEqual(desk.judge({ quantity: 10, side: 'sell', role: 'reduce-only' }), [])
  desk.check.funds[FUNDS.equity] = 10_001 * MICROS
  desk.check.refreshDailyLoss()
  assert.deepEqual(desk.judge({ quantity: 1 }), [])
})

test('noPrice: an opening order needs a price to be judged by, a closing market order does not', () => {
  const desk = new Desk().hold(10)
  assert.ok(desk.judge({ quantity: 1, price: 0 }).includes('noPrice'))
  assert.ok(desk.judge({ quantity: 1, price: NaN }).includes('noPrice'))
  assert.ok(desk.judge({ quantity: 1, price: 0, type: 'market' }).includes('noPrice'))
  assert.deepEqual(desk.judge({ quantity: 10, price: 0, type: 'market', side: 'sell', role: 'reduce-only' }), [])
  const spot = new Desk({}, [SPOT]).hold(10)
  assert.deepEqual(spot.judge({ quantity: 10, price: 0, type: 'market', side: 'sell', role: 'closing' }), [])
})

test('several reasons are told at once', () => {
  const desk = new Desk({ maxOrderNotional: 50 })
  desk.check.standing |= BLOCK.killed
  desk.check.locked[0] = 1
  assert.deepEqual(desk.judge({ quantity: 1 }), ['killed', 'locked', 'orderTooLarge'])
})

test('no limit and no pause ever blocks an order that only reduces', () => {
  const limits = {
    maxOrderNotional: 0,
    maxPositionNotional: 0,
    maxTotalNotional: 0,
    maxOpenOrders: 0,
    maxDailyLoss: 0,
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.boolean(),
      fc.constantFrom('market', 'limit', 'stopMarket', 'takeProfitMarket'),
      fc.boolean(),
      (lots, price, long, type, isSpot) => {
        fc.pre(lots * price >= 5)
        const desk = new Desk(limits, [isSpot ? SPOT : PERPETUAL]).hold(long || isSpot ? lots : -lots)
        desk.check.standing = BLOCK.paused | BLOCK.killed | BLOCK.dailyLoss
        desk.check.locked[0] = 1
        desk.check.funds[FUNDS.equity] = 0
        const side = long || isSpot ? 'sell' : 'buy'
        const role = isSpot ? 'closing' : 'reduce-only'
        assert.deepEqual(desk.judge({ side, role, type, quantity: lots, price, trigger: price }), [])
      },
    ),
  )
})

test('a limit that lets an order pass is kept whatever becomes of the open orders', () => {
  const order = fc.record({ quantity: fc.integer({ min: 1, max: 30 }), sell: fc.boolean() })
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 20 }), fc.array(order, { maxLength: 20 }), (position, orders) => {
      const most = 20
      const desk = new Desk({ maxPositionNotional: most * 100 }).hold(position)
      const open: number[] = []
      for (const { quantity, sell } of orders) {
        // Prices at which they rest without meeting each other.
        const price = sell ? 100 : 99
        const side = sell ? 'sell' : 'buy'
        if (desk.judge({ side, quantity, price }).length > 0) continue
        desk.rest({ side, quantity, price })
        open.push(sell ? -quantity : quantity)
      }
      // The worst: all of one side fill and none of the other.
      const bought = open.filter((lots) => lots > 0).reduce((sum, lots) => sum + lots, position)
      const sold = open.filter((lots) => lots < 0).reduce((sum, lots) => sum + lots, position)
      assert.ok(bought <= Math.max(most, position) && sold >= Math.min(-most, position))
    }),
  )
})
