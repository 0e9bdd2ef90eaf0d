/** Cards 56 to 70: spot orders, order lists, balances, and what the spot venue refuses. */
import assert from 'node:assert/strict'
import { QUANTITY, awayPrice, crossingPrice, near, refused, restingWish, spotCard, untouched } from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { ClientName, SpotClient } from '../clients/client.ts'

type Spot = Stage<SpotClient>

const UNCHECKED: readonly ClientName[] = ['connector', 'binance']
/** More BTC than lies at the best prices; an account begins with two. */
const MUCH = 1.9

async function marketOrder(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const before = await truth.wallet('BTC')
  const order = await client.place({ symbol, side: 'BUY', type: 'MARKET', quantity: QUANTITY })
  assert.equal(order.state, 'filled')
  const fills = await truth.fills(symbol)
  near(
    fills.reduce((sum, { quantity }) => sum + quantity, 0),
    QUANTITY,
    'sum of the fills',
  )
  const fees = fills.reduce((sum, { fee }) => sum + fee, 0)
  near(await truth.wallet('BTC'), before + QUANTITY - fees, 'coins after the fee')
  near((await client.wallet('BTC')).total, await truth.wallet('BTC'), 'balance as told')
  const told = (await client.fills(symbol)).filter(({ orderId }) => orderId === order.id)
  near(
    told.reduce((sum, { fee }) => sum + fee, 0),
    fees,
    'fees as told',
  )
}

async function byValue(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const before = await truth.wallet('USDT')
  const order = await client.place({ symbol, side: 'BUY', type: 'MARKET', quoteOrderQty: 500 })
  assert.equal(order.state, 'filled')
  const spent = before - (await truth.wallet('USDT'))
  assert.ok(spent <= 500 && spent > 498, `spent ${spent}`)
}

async function limitOrder(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const order = await client.place(wish)
  assert.equal(order.state, 'open')
  const expected = { id: order.id, state: 'open', side: 'BUY', price: wish.price, quantity: QUANTITY, filled: 0 }
  assert.deepEqual(await truth.openOrders(symbol), [expected])
  const { total, available } = await client.wallet('USDT')
  near(total - available, wish.price * QUANTITY, 'what the order locks')
  assert.deepEqual(
    (await client.openOrders(symbol)).map(({ id }) => id),
    [order.id],
  )
  assert.equal((await client.order(symbol, order.id)).price, wish.price)
}

async function cancels(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const order = await client.place(await restingWish(stage, 'SELL'))
  assert.equal((await client.cancel(symbol, order.id)).state, 'canceled')
  assert.equal((await truth.order(symbol, order.id))?.state, 'canceled')
  await refused(stage, client.cancel(symbol, order.id), -2011)
  for (const percent of [2, 3]) await client.place(await restingWish(stage, 'BUY', percent))
  await client.cancelAll(symbol)
  assert.deepEqual(await truth.openOrders(symbol), [])
  const { total, available } = await client.wallet('USDT')
  assert.equal(total, available)
}

async function immediate(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const best = (await truth.book(symbol)).bids[0]?.[0] ?? 0
  const wish = { symbol, side: 'SELL', type: 'LIMIT' } as const
  const part = await client.place({ ...wish, quantity: MUCH, price: best, timeInForce: 'IOC' })
  assert.equal(part.state, 'expired')
  assert.ok(part.filled < MUCH)
  near((await truth.order(symbol, part.id))?.filled ?? -1, part.filled, 'filled of the IOC order')
  const away = await awayPrice(stage, 'SELL')
  const none = await client.place({ ...wish, quantity: QUANTITY, price: away, timeInForce: 'FOK' })
  assert.equal(none.state, 'expired')
  assert.equal(none.filled, 0)
  const price = await crossingPrice(stage, 'SELL')
  const all = await client.place({ ...wish, quantity: QUANTITY, price, timeInForce: 'FOK' })
  assert.equal(all.state, 'filled')
  assert.deepEqual(await truth.openOrders(symbol), [])
}

async function limitMaker(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = { symbol, side: 'SELL', type: 'LIMIT_MAKER', quantity: QUANTITY } as const
  await refused(stage, client.place({ ...wish, price: await crossingPrice(stage, 'SELL') }), -2010)
  await untouched(stage)
  const order = await client.place({ ...wish, price: await awayPrice(stage, 'SELL') })
  assert.equal((await truth.openOrders(symbol))[0]?.id, order.id)
}

async function stops(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const [below, above] = [await awayPrice(stage, 'BUY'), await awayPrice(stage, 'SELL')]
  const wish = { symbol, side: 'SELL', quantity: QUANTITY } as const
  const stop = await client.place({ ...wish, type: 'STOP_LOSS_LIMIT', stopPrice: below, price: below - 50 })
  const profit = await client.place({ ...wish, type: 'TAKE_PROFIT_LIMIT', stopPrice: above, price: above - 50 })
  assert.deepEqual(
    new Set((await truth.openOrders(symbol)).map(({ id, state }) => `${id} ${state}`)),
    new Set([`${stop.id} open`, `${profit.id} open`]),
  )
  assert.equal((await client.order(symbol, stop.id)).state, 'open')
  assert.equal((await client.cancel(symbol, stop.id)).state, 'canceled')
  const beyond = { ...wish, type: 'STOP_LOSS_LIMIT', stopPrice: above, price: below } as const
  await refused(stage, client.place(beyond), -2010)
}

async function oco(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const stopPrice = await awayPrice(stage, 'BUY')
  const wish = { symbol, side: 'SELL', quantity: QUANTITY, stopPrice, stopLimitPrice: stopPrice - 20 } as const
  const ids = await client.placeOco({ ...wish, price: await awayPrice(stage, 'SELL') })
  assert.equal(ids.length, 2)
  assert.deepEqual(new Set((await truth.openOrders(symbol)).map(({ id }) => id)), new Set(ids))
  const { total, available } = await client.wallet('BTC')
  near(total - available, QUANTITY, 'both legs lock one quantity')
  await client.cancelLeg(symbol, ids[0] ?? '')
  assert.deepEqual(await truth.openOrders(symbol), [], 'with one leg the other goes')
  const wrong = { ...wish, price: await awayPrice(stage, 'BUY', 4) }
  await refused(stage, client.placeOco(wrong), -2010)
}

async function replaces(stage: Spot): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const order = await client.place(wish)
  const changed = { ...wish, price: wish.price - 100 }
  const fresh = await client.replace(symbol, order.id, changed)
  assert.notEqual(fresh.id, order.id)
  assert.equal((await truth.order(symbol, order.id))?.state, 'canceled')
  assert.deepEqual(
    (await truth.openOrders(symbol)).map(({ id, price }) => [id, price]),
    [[fresh.id, changed.price]],
  )
}

async function noBalance(stage: Spot): Promise<void> {
  const wish = await restingWish(stage, 'BUY')
  await refused(stage, stage.client.place({ ...wish, quantity: 5 }), -2010)
  await refused(stage, stage.client.place({ ...(await restingWish(stage, 'SELL')), quantity: 5 }), -2010)
  await untouched(stage)
}

async function tooLittle(stage: Spot): Promise<void> {
  await refused(stage, stage.client.place({ ...(await restingWish(stage, 'BUY')), quantity: 0.000_02 }), -1013)
  await untouched(stage)
}

async function wrongNumbers(stage: Spot): Promise<void> {
  const wish = await restingWish(stage, 'BUY')
  await refused(stage, stage.client.place({ ...wish, price: wish.price * 20 }), -1013)
  await refused(stage, stage.client.place({ ...wish, price: wish.price + 0.001 }), -1013)
  await refused(stage, stage.client.place({ ...wish, quantity: 0.000_011 }), -1013)
  await refused(stage, stage.client.place({ ...wish, symbol: 'NONEUSDT' }), -1121)
  await untouched(stage)
}

async function wrongKeys(stage: Spot): Promise<void> {
  const { symbol } = stage
  const forged = stage.another({ secret: 's'.repeat(64) })
  await refused({ ...stage, client: forged }, forged.openOrders(symbol), -1022)
  const unknown = stage.another({ apiKey: 'k'.repeat(64) })
  await refused({ ...stage, client: unknown }, unknown.openOrders(symbol), -2015)
}

async function unknownOrder(stage: Spot): Promise<void> {
  await refused(stage, stage.client.cancel(stage.symbol, '999999999'), -2011)
  await refused(stage, stage.client.order(stage.symbol, '999999999'), -2013)
}

export const spotCards: readonly Card[] = [
  spotCard(56, 'market order: fills, fee in coins, balances', marketOrder),
  spotCard(57, 'market order by value', byValue),
  spotCard(58, 'limit order that rests and locks', limitOrder, { control: true }),
  spotCard(59, 'cancel one, cancel all, locks come free', cancels),
  spotCard(60, 'IOC and FOK', immediate, { control: true }),
  spotCard(61, 'limit maker: rests or is refused', limitMaker),
  spotCard(62, 'stop-loss and take-profit limit orders', stops),
  spotCard(63, 'OCO: two legs, one lock, gone together', oco, { control: true }),
  spotCard(64, 'cancel and replace in one request', replaces),
  spotCard(65, 'more than the balance', noBalance, { control: true }),
  spotCard(66, 'value below the least', tooLittle),
  spotCard(67, 'filters and unknown symbols', wrongNumbers, { clients: UNCHECKED }),
  spotCard(68, 'wrong secret, unknown key', wrongKeys),
  spotCard(69, 'cancel and query what is not there', unknownOrder),
]
