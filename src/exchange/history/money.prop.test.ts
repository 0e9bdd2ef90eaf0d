import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contract, ExchangeBench, spotMarket, type Wish } from '../../testing/exchange-bench.ts'

type Step =
  | { readonly at: number; readonly best: readonly [number, number, number, number] }
  | { readonly at: number; readonly trade: readonly ['buy' | 'sell', number, number] }
  | { readonly at: number; readonly candle: readonly [number, number, number, number] }
  | { readonly at: number; readonly funding: readonly [number, number] }
  | { readonly at: number; readonly wish: Wish }

/** A contract and a spot market of best bids and asks, and one of each with candles alone; all in USDT. */
const instruments = [contract, spotMarket, { ...contract, symbol: 'C' }, { ...spotMarket, symbol: 'S', base: 'S' }]

const lots = fc.integer({ min: 1, max: 5000 })
const price = fc.integer({ min: 90, max: 110 })
const fast = fc.integer({ min: 0, max: 1 })
const slow = fc.integer({ min: 2, max: 3 })
const sides = fc.constantFrom('buy' as const, 'sell' as const)
const wish: fc.Arbitrary<Wish> = fc
  .record({
    side: sides,
    quantity: lots,
    price: price.map((limit) => limit),
    trigger: fc.oneof(fc.constant(0), price),
    timeInForce: fc.constantFrom('goodTillCancel' as const, 'immediateOrCancel' as const, 'postOnly' as const),
    takeProfit: fc.boolean(),
    reduceOnly: fc.boolean(),
  })
  .map(({ price: limit, trigger, ...rest }) => ({
    ...rest,
    ...(limit > 100 && rest.takeProfit ? {} : { price: limit }),
    ...(trigger === 0 ? {} : { trigger }),
  }))
const prices = fc
  .tuple(price, price, price, price)
  .map(([a, b, c, d]) => [a, Math.max(a, b, c, d), Math.min(a, b, c, d), d] as const)
const best = fc
  .tuple(price, lots, fc.integer({ min: 1, max: 3 }), lots)
  .map(([bid, bidLots, spread, askLots]) => [bid, bidLots, bid + spread, askLots] as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ at: fast, best }) },
  { weight: 2, arbitrary: fc.record({ at: fast, trade: fc.tuple(sides, lots, price) }) },
  { weight: 4, arbitrary: fc.record({ at: slow, candle: prices }) },
  {
    weight: 1,
    arbitrary: fc.record({
      at: fc.constantFrom(0, 2),
      funding: fc.tuple(fc.integer({ min: -3e9, max: 3e9 }), fc.integer({ min: 8e8, max: 12e8 })),
    }),
  },
  { weight: 8, arbitrary: fc.record({ at: fc.integer({ min: 0, max: 3 }), wish }) },
)

function play(bench: ExchangeBench, one: Step, minute: number): void {
  if ('best' in one) bench.best(...one.best, one.at)
  else if ('trade' in one) bench.trade(...one.trade, one.at)
  else if ('candle' in one) bench.candle(minute, one.candle, one.at)
  else if ('funding' in one) bench.later(120_000_000).funding(...one.funding, one.at)
  else bench.place({ ...one.wish, instrument: one.at })
}

/** Money of contracts while positions are open: what was received less what was paid. */
function flows(booked: ReturnType<ExchangeBench['booked']>): { lots: number[]; flow: Map<string, bigint> } {
  const positions = instruments.map(() => 0)
  const flow = new Map<string, bigint>()
  const add = (asset: string, amount: bigint): void => void flow.set(asset, (flow.get(asset) ?? 0n) + amount)
  for (const { instrument, lots: signed, price: at, asset, received } of booked) {
    const rules = instruments[instrument] ?? contract
    add(asset, received)
    add(rules.settle, -BigInt(signed * at) * 10n ** 14n)
    if (rules.market === 'spot') add(rules.base, BigInt(signed) * 10n ** 15n)
    else positions[instrument] = (positions[instrument] ?? 0) + signed
  }
  return { lots: positions, flow }
}

test('to the last unit: positions are the sum of fills, wallets the sum of all that was paid and received', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const bench = new ExchangeBench({
        instruments,
        makerFeeRate: 123_456_789,
        takerFeeRate: 987_654_321,
        leverage: 5,
        money: { USDT: 300, BTC: 3, S: 3 },
      })
      const booked: ReturnType<ExchangeBench['booked']> = []
      for (const [minute, one] of steps.entries()) {
        play(bench, one, minute)
        booked.push(...bench.booked())
        const { lots: positions, flow } = flows(booked)
        const { positions: table, locked, wallet } = bench.exchange.floor.account
        // A contract's wallet holds what is realised; the open positions' cost is what is still to come back.
        const cost = table.cost.get(0) + table.cost.get(2)
        assert.equal(bench.wallet('USDT') - cost, 300n * 10n ** 18n + (flow.get('USDT') ?? 0n))
        assert.equal(bench.wallet('BTC'), 3n * 10n ** 18n + (flow.get('BTC') ?? 0n))
        assert.equal(bench.wallet('S'), 3n * 10n ** 18n + (flow.get('S') ?? 0n))
        for (const contractIndex of [0, 2]) {
          assert.equal(bench.position(contractIndex), positions[contractIndex])
          if (positions[contractIndex] === 0) assert.equal(table.cost.get(contractIndex), 0n)
        }
        for (const [asset] of bench.assets.entries()) {
          assert.ok(locked.get(asset) >= 0n)
          if (bench.assets[asset] !== 'USDT') assert.ok(wallet.get(asset) >= locked.get(asset))
        }
      }
      // When everything is cancelled, nothing is held any more.
      for (let intent = 1; intent <= steps.length; intent++) bench.cancel(intent)
      const { locked, openBuy, openSell, openBuyLots, openSellLots } = bench.exchange.floor.account
      for (const amounts of [locked, openBuy, openSell])
        for (let i = 0; i < amounts.length; i++) assert.equal(amounts.get(i), 0n)
      for (const column of [openBuyLots, openSellLots]) assert.ok(column.every((open) => open === 0))
      assert.equal(bench.exchange.floor.orders.open, 0)
      assert.ok(bench.exchange.floor.active.every((open) => open === 0))
    }),
    { numRuns: 300 },
  )
})
