import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../../core/tape/state.ts'
import { contract, ExchangeBench, type Wish } from '../../testing/exchange-bench.ts'
import type { TwinOrder } from '../../testing/slow-account.ts'
import { SlowExchange } from '../../testing/slow-exchange.ts'

type Pairs = readonly (readonly [number, number])[]
type Step =
  | { readonly do: 'trade'; readonly sells: boolean; readonly lots: number; readonly price: number }
  | {
      readonly do: 'best'
      readonly bid: number
      readonly bidLots: number
      readonly ask: number
      readonly askLots: number
    }
  | { readonly do: 'depth'; readonly bids: Pairs; readonly asks: Pairs }
  | { readonly do: 'mark'; readonly mark: number }
  | { readonly do: 'place'; readonly wish: Wish }
  | { readonly do: 'cancel'; readonly back: number }
  | { readonly do: 'wait' }

const RATES = { makerFeeRate: -123_456_789, takerFeeRate: 456_789_123 }
const LEVERAGE = 3

const lots = fc.integer({ min: 1, max: 12 })
const price = fc.integer({ min: 95, max: 105 })
const pairs = (min: number, max: number): fc.Arbitrary<Pairs> =>
  fc.array(fc.tuple(fc.integer({ min, max }), fc.integer({ min: 0, max: 12 })), { maxLength: 4 })

const wish: fc.Arbitrary<Wish> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: fc.oneof({ weight: 9, arbitrary: lots }, { weight: 1, arbitrary: fc.integer({ min: 100, max: 400 }) }),
    price: fc.option(price, { nil: undefined, freq: 4 }),
    trigger: fc.option(price, { nil: undefined, freq: 1 }),
    takeProfit: fc.boolean(),
    timeInForce: fc.constantFrom('goodTillCancel', 'goodTillCancel', 'postOnly', 'immediateOrCancel', 'fillOrKill'),
    reduceOnly: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  })
  .map(({ price: limit, trigger, ...rest }) => ({
    ...rest,
    timeInForce: rest.timeInForce as NonNullable<Wish['timeInForce']>,
    ...(limit === undefined ? {} : { price: limit }),
    ...(trigger === undefined ? {} : { trigger }),
  }))

function steps(hasBook: boolean): fc.Arbitrary<Step[]> {
  const best = fc.record({
    do: fc.constant('best' as const),
    bid: fc.integer({ min: 95, max: 100 }),
    bidLots: fc.integer({ min: 0, max: 12 }),
    ask: fc.integer({ min: 101, max: 105 }),
    askLots: fc.integer({ min: 0, max: 12 }),
  })
  const depth = fc.record({ do: fc.constant('depth' as const), bids: pairs(95, 100), asks: pairs(100, 105) })
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('trade' as const), sells: fc.boolean(), lots, price }) },
      { weight: hasBook ? 2 : 5, arbitrary: best },
      { weight: hasBook ? 5 : 0, arbitrary: depth },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('mark' as const), mark: fc.integer({ min: 8e8, max: 12e8 }) }),
      },
      { weight: 7, arbitrary: fc.record({ do: fc.constant('place' as const), wish }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), back: fc.integer({ min: 0, max: 6 }) }) },
      { weight: 3, arbitrary: fc.constant({ do: 'wait' as const }) },
    ),
    { maxLength: 80, size: 'max' },
  )
}

class Pair {
  readonly bench: ExchangeBench
  readonly twin: SlowExchange
  #intent = 0

  constructor(probabilistic: boolean, book: boolean) {
    const queue = probabilistic ? 'probabilistic' : 'conservative'
    this.bench = new ExchangeBench({ ...RATES, queue, leverage: LEVERAGE, money: { USDT: 1 }, instruments: [contract] })
    this.twin = new SlowExchange({
      money: 10n ** 18n,
      leverage: LEVERAGE,
      maker: RATES.makerFeeRate,
      taker: RATES.takerFeeRate,
      probabilistic,
      book,
    })
    const bids: Pairs = [[99, 10], [98, 7]] // prettier-ignore
    const asks: Pairs = [[101, 8], [102, 9]] // prettier-ignore
    if (book) {
      this.bench.snapshot(bids, asks)
      this.twin.depth(bids, asks)
    }
    this.step({ do: 'trade', sells: true, lots: 1, price: 100 })
    this.step({ do: 'best', bid: 99, bidLots: 10, ask: 101, askLots: 8 })
  }

  step(step: Step): void {
    const { bench, twin } = this
    twin.time = bench.time
    switch (step.do) {
      case 'trade':
        bench.trade(step.sells ? 'sell' : 'buy', step.lots, step.price)
        twin.trade(step.sells, step.lots, step.price)
        break
      case 'best':
        bench.best(step.bid, step.bidLots, step.ask, step.askLots)
        twin.best(step.bid, step.bidLots, step.ask, step.askLots)
        break
      case 'depth':
        bench.depth(step.bids, step.asks)
        twin.depth(step.bids, step.asks)
        break
      case 'mark':
        bench.mark(step.mark)
        twin.mark(step.mark)
        break
      case 'place': {
        const intent = ++this.#intent
        bench.place({ ...step.wish, intent })
        twin.place(twinOrder(step.wish, intent))
        break
      }
      case 'cancel':
        bench.cancel(Math.max(1, this.#intent - step.back))
        twin.cancel(Math.max(1, this.#intent - step.back))
        break
      case 'wait':
        bench.later()
    }
    assert.deepEqual(bench.said(), twin.said.splice(0))
    assert.equal(bench.position(), twin.account.position)
    assert.equal(bench.wallet('USDT'), twin.account.wallet)
  }
}

function twinOrder(from: Wish, intent: number): TwinOrder {
  return {
    intent,
    sell: from.side === 'sell',
    limit: from.price ?? 0,
    trigger: from.trigger ?? 0,
    takeProfit: from.takeProfit === true,
    timeInForce: from.price === undefined ? 'immediateOrCancel' : (from.timeInForce ?? 'goodTillCancel'),
    reduceOnly: from.reduceOnly === true,
    quantity: from.quantity,
    filled: 0,
    cut: 0,
    waiting: false,
    heldAt: 0n,
    ahead: -1,
    advanced: 0,
  }
}

for (const [name, book] of [
  ['a book', true],
  ['best bid and ask', false],
] as const) {
  for (const probabilistic of [false, true]) {
    test(`random orders over ${name} do what the slow twin says, ${probabilistic ? 'probabilistic' : 'conservative'} queue`, () => {
      fc.assert(
        fc.property(steps(book), (all) => {
          const pair = new Pair(probabilistic, book)
          for (const step of all) pair.step(step)
        }),
        { numRuns: 300 },
      )
    })
  }
}

test('a saved exchange goes on as if it had not been saved', () => {
  fc.assert(
    fc.property(steps(true), fc.integer({ min: 0, max: 80 }), (all, cut) => {
      const whole = new Pair(true, true)
      const resumed = new Pair(true, true)
      for (const step of all.slice(0, cut)) {
        whole.step(step)
        resumed.step(step)
      }
      const writer = new StateWriter()
      whole.bench.exchange.save(writer)
      const bytes = writer.finish()
      // Loaded over an exchange with another past.
      const other = resumed.bench.exchange
      for (let n = 0; n < 3; n++) resumed.bench.place({ side: 'buy', quantity: 1, price: 97, intent: 1000 + n })
      other.load(new StateReader(bytes))
      for (const step of all.slice(cut)) resumed.step(step)
    }),
    { numRuns: 150 },
  )
})
