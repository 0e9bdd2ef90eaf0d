/** Cards 71 to 79: user streams, the WebSocket API, lost connections and lost replies, at both venues. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { QUANTITY, awayPrice, eventually, futuresCard, near, refused, restingWish, spotCard } from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { FuturesClient, OrderState, UserStream } from '../clients/client.ts'

/** Between orders that are placed until a stream tells of one, so that no order limit is met. */
const PAUSE_MS = 150

function heard(stream: UserStream, id: string, state: OrderState): Promise<true> {
  return eventually(`${state} of order ${id} on the user stream`, () =>
    stream.orders.some((order) => order.id === id && order.state === state) ? true : undefined,
  )
}

/** Opens the user stream and places orders until one is heard of: clients connect in their own time. */
async function opened(stage: Stage): Promise<UserStream> {
  const { client, symbol } = stage
  const stream = await client.watchUser(symbol)
  const wish = await restingWish(stage, 'BUY', 4)
  await eventually('the user stream', async () => {
    const order = await client.place(wish)
    await client.cancel(symbol, order.id)
    await sleep(PAUSE_MS)
    return stream.orders.length > 0
  })
  return stream
}

async function tellsOrders(stage: Stage): Promise<void> {
  const { client, truth, symbol } = stage
  const stream = await opened(stage)
  const wish = await restingWish(stage, 'BUY')
  const order = await client.place(wish)
  await heard(stream, order.id, 'open')
  await client.cancel(symbol, order.id)
  await heard(stream, order.id, 'canceled')
  const bought = await client.place({ symbol, side: 'BUY', type: 'MARKET', quantity: QUANTITY })
  await heard(stream, bought.id, 'filled')
  await eventually('the fills', () => {
    const sum = stream.fills.filter(({ orderId }) => orderId === bought.id).reduce((all, one) => all + one.quantity, 0)
    return Math.abs(sum - QUANTITY) < 1e-9
  })
  const fees = (await truth.fills(symbol)).reduce((sum, { fee }) => sum + fee, 0)
  near(
    stream.fills.reduce((sum, { fee }) => sum + fee, 0),
    fees,
    'fees of the fills',
  )
  const wallet = await truth.wallet('USDT')
  await eventually('the wallet', () =>
    stream.wallets.some(({ asset, total }) => asset === 'USDT' && Math.abs(total - wallet) < 1e-6),
  )
  await stream.close()
}

async function tellsPositions(stage: Stage<FuturesClient>): Promise<void> {
  const { client, symbol } = stage
  const stream = await opened(stage)
  await client.place({ symbol, side: 'SELL', type: 'MARKET', quantity: QUANTITY })
  await eventually('the position', () => stream.positions.some(({ quantity }) => Math.abs(quantity + QUANTITY) < 1e-9))
  await stream.close()
}

async function tellsConditionals(stage: Stage<FuturesClient>): Promise<void> {
  const { client, symbol } = stage
  const stream = await opened(stage)
  const triggerPrice = await awayPrice(stage, 'BUY', 3)
  const wish = { symbol, side: 'SELL', type: 'STOP_MARKET', quantity: QUANTITY, triggerPrice } as const
  const id = await client.placeConditional(wish)
  await client.cancelConditional(symbol, id)
  for (const status of ['NEW', 'CANCELED'])
    await eventually(`${status} of ${id}`, () =>
      stream.conditionals.some((one) => one.id === id && one.status === status),
    )
  await stream.close()
}

async function byMessage(stage: Stage): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const order = await client.placeByMessage(wish)
  assert.equal(order.state, 'open')
  assert.deepEqual(
    (await truth.openOrders(symbol)).map(({ id, price }) => [id, price]),
    [[order.id, wish.price]],
  )
  const canceled = await client.cancelByMessage(symbol, order.id)
  assert.equal(canceled.id, order.id)
  assert.equal((await truth.order(symbol, order.id))?.state, 'canceled')
  await refused(stage, client.cancelByMessage(symbol, order.id), -2011)
}

async function reconnects(stage: Stage, venue: 'futures' | 'spot'): Promise<void> {
  const { client, control, symbol } = stage
  const market = await client.watch('book', symbol)
  const user = await opened(stage)
  await eventually('a book', () => market.prices.length > 0)
  await control.disconnect(venue)
  const before = market.prices.length
  await eventually('a book after the connection was lost', () => market.prices.length > before + 3)
  const known = user.orders.length
  const wish = await restingWish(stage, 'BUY', 4)
  await eventually('the user stream after the connection was lost', async () => {
    const order = await client.place(wish)
    await client.cancel(symbol, order.id)
    await sleep(PAUSE_MS)
    return user.orders.length > known
  })
  await market.close()
  await user.close()
}

/** The reply says that nobody knows; the venue's truth, and a query by hand, say that the order is there. */
async function unknownOutcome(stage: Stage, path: string): Promise<void> {
  const { client, control, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  await client.openOrders(symbol)
  await control.fault({ kind: 'mask', method: 'POST', path, status: 503, code: -1007 })
  await refused(stage, client.place(wish), -1007, 503)
  const [order] = await truth.openOrders(symbol)
  assert.equal(order?.price, wish.price)
  assert.deepEqual(
    (await client.openOrders(symbol)).map(({ id }) => id),
    [order?.id],
  )
  await control.fault({ kind: 'refuse', method: 'POST', path, status: 503, code: -1008 })
  await refused(stage, client.place(wish), -1008, 503)
  assert.equal((await truth.openOrders(symbol)).length, 1)
}

export const streamCards: readonly Card[] = [
  futuresCard(71, 'user stream: orders, fills, wallet', tellsOrders, { control: true }),
  futuresCard(72, 'user stream: positions', tellsPositions),
  futuresCard(73, 'user stream: conditional orders', tellsConditionals, { clients: ['connector', 'binance'] }),
  futuresCard(74, 'WebSocket API: place and cancel', byMessage),
  futuresCard(75, 'connection lost: streams come back', (stage) => reconnects(stage, 'futures'), { control: true }),
  futuresCard(76, 'order executed, or not, behind an error', (stage) => unknownOutcome(stage, '/fapi/v1/order'), {
    control: true,
  }),
  spotCard(77, 'user stream: orders, fills, balances', tellsOrders, { control: true }),
  spotCard(78, 'WebSocket API: place and cancel', byMessage),
  // The connector connects again, but leaves the subscription to whoever uses it.
  spotCard(79, 'connection lost: streams come back', (stage) => reconnects(stage, 'spot'), {
    control: true,
    clients: ['ccxt', 'binance'],
  }),
  spotCard(80, 'order executed, or not, behind an error', (stage) => unknownOutcome(stage, '/api/v3/order'), {
    control: true,
  }),
]
