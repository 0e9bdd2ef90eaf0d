/** Cards 1 to 9: connecting, and what the venue tells everybody. */
import assert from 'node:assert/strict'
import { eventually, futuresCard, spotCard } from '../card.ts'
import type { Card, Stage } from '../card.ts'

async function connects({ client, symbol }: Stage): Promise<void> {
  const before = Date.now()
  const time = await client.serverTime()
  assert.ok(Math.abs(time - before) < 5000, `the venue's clock says ${time}, ours ${before}`)
  const markets = await client.markets()
  assert.ok(markets.some((market) => market.symbol === symbol))
}

async function tellsRules({ client, symbol }: Stage, tickSize: number, stepSize: number): Promise<void> {
  const market = (await client.markets()).find((one) => one.symbol === symbol)
  assert.deepEqual(market, { symbol, tickSize, stepSize })
}

/** The book moves between the client's look and ours: its best prices lie within a percent, its order does not change. */
async function tellsBook({ client, truth, symbol }: Stage): Promise<void> {
  const [told, book] = [await client.book(symbol, 20), await truth.book(symbol)]
  assert.equal(told.bids.length, 20)
  assert.equal(told.asks.length, 20)
  for (const [side, sign] of [
    ['bids', -1],
    ['asks', 1],
  ] as const) {
    const prices = told[side].map(([price]) => price)
    assert.deepEqual(
      prices,
      [...new Set(prices)].sort((a, b) => sign * (a - b)),
    )
    const [best, true_] = [prices[0] ?? 0, book[side][0]?.[0] ?? 0]
    assert.ok(Math.abs(best / true_ - 1) < 0.01, `best of ${side} ${best}, in truth ${true_}`)
    assert.ok(told[side].every(([, quantity]) => quantity > 0))
  }
  assert.ok((told.bids[0]?.[0] ?? 0) < (told.asks[0]?.[0] ?? 0))
}

async function tellsTrades(stage: Stage): Promise<void> {
  const { client, truth, symbol } = stage
  const prices = await eventually('a public trade', async () => {
    const told = await client.trades(symbol)
    return told.length > 0 && told
  })
  const best = (await truth.book(symbol)).bids[0]?.[0] ?? 0
  for (const price of prices)
    assert.ok(Math.abs(price / best - 1) < 0.05, `a trade at ${price}, the best bid is ${best}`)
  assert.ok(Math.abs((await client.lastPrice(symbol)) / best - 1) < 0.05)
}

async function tellsCandles({ client, symbol }: Stage): Promise<void> {
  const candles = await eventually('a candle', async () => {
    const told = await client.candles(symbol)
    return told.length > 0 && told
  })
  for (const { openTime, open, high, low, close } of candles) {
    assert.equal(openTime % 60_000, 0)
    assert.ok(low <= Math.min(open, close) && high >= Math.max(open, close))
  }
}

async function streams({ client, truth, symbol }: Stage): Promise<void> {
  const kinds = ['book', 'trades', 'candles', 'ticker'] as const
  const opened = await Promise.all(kinds.map((kind) => client.watch(kind, symbol)))
  for (const [at, kind] of kinds.entries()) {
    const stream = opened[at]
    const price = await eventually(`a message of ${kind}`, () => stream?.prices.at(-1))
    const best = (await truth.book(symbol)).bids[0]?.[0] ?? 0
    // A diff of the book may begin anywhere in it.
    assert.ok(Math.abs(price / best - 1) < 0.2, `${kind} says ${price}, the best bid is ${best}`)
  }
  for (const stream of opened) await stream.close()
}

export const publicCards: readonly Card[] = [
  futuresCard(1, 'connect: server time and markets', connects),
  futuresCard(2, 'price and lot filters as numbers', (stage) => tellsRules(stage, 0.1, 0.001)),
  futuresCard(3, 'depth snapshot, best first, both sides', tellsBook),
  futuresCard(4, 'recent trades and last price', tellsTrades),
  futuresCard(5, 'candles of a minute', tellsCandles),
  futuresCard(6, 'mark price, funding time, leverage brackets', async ({ client, truth, symbol }) => {
    const { price, nextFunding } = await client.mark(symbol)
    const best = (await truth.book(symbol)).bids[0]?.[0] ?? 0
    assert.ok(Math.abs(price / best - 1) < 0.02)
    assert.ok(nextFunding > Date.now() && nextFunding <= Date.now() + 8 * 3_600_000)
    const leverages = await client.brackets(symbol)
    assert.ok(leverages.length > 3)
    assert.deepEqual(
      leverages,
      [...leverages].sort((a, b) => b - a),
    )
  }),
  futuresCard(7, 'streams: book, trades, candles, ticker', streams),
  futuresCard(8, 'stream of the mark price', async ({ client, truth, symbol }) => {
    const stream = await client.watch('mark', symbol)
    const price = await eventually('a mark price', () => stream.prices.at(-1))
    const best = (await truth.book(symbol)).bids[0]?.[0] ?? 0
    assert.ok(Math.abs(price / best - 1) < 0.02)
    await stream.close()
  }),
  spotCard(51, 'connect: server time and markets', connects),
  spotCard(52, 'price and lot filters as numbers', (stage) => tellsRules(stage, 0.01, 0.000_01)),
  spotCard(53, 'depth snapshot, best first, both sides', tellsBook),
  spotCard(54, 'recent trades, last price, candles', async (stage) => {
    await tellsTrades(stage)
    await tellsCandles(stage)
  }),
  spotCard(55, 'streams: book, trades, candles, ticker', streams),
]
