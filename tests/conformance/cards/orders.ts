/** Cards 9 to 22: futures orders that trade, rest, change and go. */
import assert from 'node:assert/strict'
import {
  QUANTITY,
  awayPrice,
  crossingPrice,
  eventually,
  futuresCard,
  marketWish,
  near,
  refused,
  restingWish,
  untouched,
} from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { FuturesClient } from '../clients/client.ts'

type Futures = Stage<FuturesClient>

/** More BTC than the levels hold that may come between a look at the book and an order. */
const MUCH = 15

/** A position in the market, bought or sold. */
async function entered(stage: Futures, side: 'BUY' | 'SELL' = 'BUY', quantity: number = QUANTITY): Promise<void> {
  const order = await stage.client.place(marketWish(stage, side, quantity))
  assert.equal(order.state, 'filled')
}

async function marketOrder(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const order = await client.place(marketWish(stage, 'BUY'))
  assert.equal(order.state, 'filled')
  near(order.filled, QUANTITY, 'filled')
  const fills = (await client.fills(symbol)).filter(({ orderId }) => orderId === order.id)
  const true_ = await truth.fills(symbol)
  assert.equal(fills.length, true_.length)
  for (const [at, fill] of fills.entries()) {
    assert.equal(true_[at]?.orderId, order.id)
    near(fill.price, true_[at]?.price ?? 0, 'price of a fill')
    near(fill.fee, true_[at]?.fee ?? 0, 'fee of a fill')
  }
  const sum = true_.reduce((total, { quantity }) => total + quantity, 0)
  near(sum, QUANTITY, 'sum of the fills')
  const position = await client.position(symbol, 'BOTH')
  near(position?.quantity ?? 0, QUANTITY, 'position')
  near((await truth.position(symbol, 'BOTH'))?.quantity ?? 0, QUANTITY, 'true position')
}

async function limitOrder(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const order = await client.place(wish)
  assert.equal(order.state, 'open')
  assert.equal(order.filled, 0)
  const expected = { id: order.id, state: 'open', side: 'BUY', price: wish.price, quantity: QUANTITY, filled: 0 }
  assert.deepEqual(await truth.openOrders(symbol), [expected])
  assert.deepEqual(await client.order(symbol, order.id), order)
  assert.deepEqual(
    (await client.openOrders(symbol)).map(({ id, price }) => [id, price]),
    [[order.id, wish.price]],
  )
}

async function crossingLimit(stage: Futures): Promise<void> {
  const price = await crossingPrice(stage, 'SELL')
  const wish = { symbol: stage.symbol, side: 'SELL', type: 'LIMIT', quantity: QUANTITY, price } as const
  const order = await stage.client.place(wish)
  assert.equal(order.state, 'filled')
  near((await stage.truth.position(stage.symbol, 'BOTH'))?.quantity ?? 0, -QUANTITY, 'position')
  const told = await stage.client.position(stage.symbol, 'BOTH')
  near(told?.quantity ?? 0, -QUANTITY, 'position as told')
  const [fill] = await stage.truth.fills(stage.symbol)
  assert.ok((fill?.price ?? 0) >= price, 'no fill is worse than the limit')
}

async function immediateOrCancel(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const price = await awayPrice(stage, 'BUY')
  const wish = { symbol, side: 'BUY', type: 'LIMIT', quantity: QUANTITY, price, timeInForce: 'IOC' } as const
  const order = await client.place(wish)
  assert.equal(order.state, 'expired')
  assert.equal(order.filled, 0)
  assert.equal((await truth.order(symbol, order.id))?.state, 'expired')
  assert.deepEqual(await truth.openOrders(symbol), [])
  const best = (await truth.book(symbol)).asks[0]
  const some = { ...wish, quantity: Math.ceil((best?.[1] ?? 0) + MUCH), price: best?.[0] ?? 0 }
  const part = await client.place(some)
  assert.equal(part.state, 'expired')
  assert.ok(part.filled < some.quantity)
  near((await truth.order(symbol, part.id))?.filled ?? -1, part.filled, 'filled of the IOC order')
}

async function fillOrKill(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const best = (await truth.book(symbol)).asks[0]
  const wish = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'FOK' } as const
  const much = { ...wish, quantity: Math.ceil((best?.[1] ?? 0) + MUCH), price: best?.[0] ?? 0 }
  await refused(stage, client.place(much), -5021)
  await untouched(stage)
  const order = await client.place({ ...wish, quantity: QUANTITY, price: await crossingPrice(stage, 'BUY') })
  assert.equal(order.state, 'filled')
  near((await truth.position(symbol, 'BOTH'))?.quantity ?? 0, QUANTITY, 'position')
}

async function postOnly(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = { symbol, side: 'BUY', type: 'LIMIT', quantity: QUANTITY, timeInForce: 'GTX' } as const
  await refused(stage, client.place({ ...wish, price: await crossingPrice(stage, 'BUY') }), -5022)
  await untouched(stage)
  const order = await client.place({ ...wish, price: await awayPrice(stage, 'BUY') })
  assert.equal(order.state, 'open')
  assert.deepEqual(
    (await truth.openOrders(symbol)).map(({ id }) => id),
    [order.id],
  )
}

async function goodTillDate(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const goodTillDate_ = (Math.floor(Date.now() / 1000) + 3600) * 1000
  const order = await client.place({ ...wish, timeInForce: 'GTD', goodTillDate: goodTillDate_ })
  assert.equal(order.state, 'open')
  assert.equal((await truth.openOrders(symbol)).length, 1)
  const soon = (Math.floor(Date.now() / 1000) + 60) * 1000
  await refused(stage, client.place({ ...wish, timeInForce: 'GTD', goodTillDate: soon }), -5040)
}

async function amends(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const order = await client.place(wish)
  const changed = { ...wish, price: wish.price - 10, quantity: 0.02 }
  const amended = await client.amend(symbol, order.id, changed)
  assert.equal(amended.id, order.id)
  assert.equal(amended.price, changed.price)
  assert.equal(amended.quantity, 0.02)
  assert.deepEqual(await truth.openOrders(symbol), [
    { id: order.id, state: 'open', side: 'BUY', price: changed.price, quantity: 0.02, filled: 0 },
  ])
  await refused(stage, client.amend(symbol, order.id, changed), -5027)
}

async function cancels(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const order = await client.place(await restingWish(stage, 'SELL'))
  const canceled = await client.cancel(symbol, order.id)
  assert.equal(canceled.id, order.id)
  assert.equal(canceled.state, 'canceled')
  assert.equal((await truth.order(symbol, order.id))?.state, 'canceled')
  assert.equal((await client.order(symbol, order.id)).state, 'canceled')
  await refused(stage, client.cancel(symbol, order.id), -2011)
}

async function cancelsAll(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  for (const percent of [1, 2, 3]) await client.place(await restingWish(stage, 'BUY', percent))
  assert.equal((await truth.openOrders(symbol)).length, 3)
  await client.cancelAll(symbol)
  assert.deepEqual(await truth.openOrders(symbol), [])
  assert.deepEqual(await client.openOrders(symbol), [])
}

async function batch(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const [low, lower] = [await restingWish(stage, 'BUY', 2), await restingWish(stage, 'BUY', 3)]
  const poor = { ...(await restingWish(stage, 'BUY', 4)), quantity: 100 }
  const [first, refusal, last] = await client.placeMany([low, poor, lower])
  assert.deepEqual(refusal, { code: -2019 })
  const ids = [first, last].map((answer) => (answer !== undefined && 'id' in answer ? answer.id : undefined))
  const open = await truth.openOrders(symbol)
  assert.deepEqual(new Set(open.map(({ id }) => id)), new Set(ids))
  assert.deepEqual(
    open.map(({ price }) => price).sort((a, b) => a - b),
    [lower.price, low.price],
  )
}

async function countdown(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const order = await client.place(await restingWish(stage, 'BUY'))
  await client.cancelAllAfter(symbol, 300)
  await eventually('the end of the countdown', async () => (await truth.openOrders(symbol)).length === 0)
  assert.equal((await client.order(symbol, order.id)).state, 'canceled')
}

async function reduceOnly(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await refused(stage, client.place({ ...marketWish(stage, 'SELL'), reduceOnly: true }), -2022)
  await entered(stage)
  const out = await client.place({ ...marketWish(stage, 'SELL', 0.03), reduceOnly: true })
  near(out.filled, QUANTITY, 'what a reduce-only order fills')
  assert.equal(await truth.position(symbol, 'BOTH'), undefined)
  assert.equal(await client.position(symbol, 'BOTH'), undefined)
}

async function flips(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await entered(stage, 'BUY', 0.01)
  await entered(stage, 'SELL', 0.03)
  near((await client.position(symbol, 'BOTH'))?.quantity ?? 0, -0.02, 'position as told')
  near((await truth.position(symbol, 'BOTH'))?.quantity ?? 0, -0.02, 'position')
  const wallet = await client.wallet('USDT')
  near(wallet.total, await truth.wallet('USDT'), 'wallet')
  assert.ok(wallet.available < wallet.total)
}

async function clientIds(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = { ...(await restingWish(stage, 'BUY')), newClientOrderId: 'x-15PC4ZJyconformance' }
  const order = await client.place(wish)
  assert.equal(order.clientId, wish.newClientOrderId)
  await refused(stage, client.place(wish), -4116)
  await client.cancel(symbol, order.id)
  const again = await client.place(wish)
  assert.notEqual(again.id, order.id)
  assert.equal((await truth.openOrders(symbol)).length, 1)
}

export const orderCards: readonly Card[] = [
  futuresCard(9, 'market order: fills, fees and position', marketOrder),
  futuresCard(10, 'limit order that rests', limitOrder),
  futuresCard(11, 'limit order that crosses', crossingLimit),
  futuresCard(12, 'IOC: nothing, and part of the order', immediateOrCancel),
  futuresCard(13, 'FOK: all or nothing', fillOrKill),
  futuresCard(14, 'post-only (GTX): rests or is refused', postOnly),
  futuresCard(15, 'good till date', goodTillDate),
  futuresCard(16, 'modify price and quantity', amends),
  futuresCard(17, 'cancel, and cancel again', cancels),
  futuresCard(18, 'cancel all open orders', cancelsAll),
  futuresCard(19, 'batch of orders, one of them refused', batch),
  futuresCard(20, 'countdown that cancels all', countdown),
  futuresCard(21, 'reduce-only: refused flat, capped to the position', reduceOnly),
  futuresCard(22, 'a position that flips, and the wallet', flips),
  futuresCard(23, 'client order id: twice refused, free again', clientIds),
]
