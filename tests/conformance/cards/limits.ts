/** Cards 50, 70, 81 and 82: order counts, and request weights, which count by address and so take a box of their own. */
import assert from 'node:assert/strict'
import { QUANTITY, awayPrice, futuresCard, refused, restingWish, spotCard } from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { FuturesClient } from '../clients/client.ts'

/** Orders in ten seconds, and in one request. */
const FUTURES_ORDERS = 300
const BATCH = 5
const SPOT_ORDERS = 100

async function orderCount(stage: Stage<FuturesClient>): Promise<void> {
  const { client, truth, symbol } = stage
  const price = await awayPrice(stage, 'BUY')
  const wish = { symbol, side: 'BUY', type: 'LIMIT', quantity: QUANTITY, price, timeInForce: 'IOC' } as const
  const batch = Array.from({ length: BATCH }, () => wish)
  const sent = async (): Promise<void> => {
    // Ten seconds by the clock: where a new ten begin in between, the count begins again.
    for (let orders = 0; orders <= 2 * FUTURES_ORDERS; orders += BATCH) await client.placeMany(batch)
  }
  await refused(stage, sent(), -1015)
  await refused(stage, client.place(await restingWish(stage, 'BUY')), -1015)
  assert.deepEqual(await truth.openOrders(symbol), [])
  assert.deepEqual(await client.openOrders(symbol), [], 'a look costs no order')
}

async function spotOrderCount(stage: Stage): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const resting = await client.place(wish)
  const sent = async (): Promise<void> => {
    for (let orders = 0; orders <= 2 * SPOT_ORDERS; orders++) await client.place({ ...wish, timeInForce: 'IOC' })
  }
  await refused(stage, sent(), -1015)
  await refused(stage, client.place(wish), -1015)
  assert.deepEqual(
    (await truth.openOrders(symbol)).map(({ id }) => id),
    [resting.id],
  )
  assert.equal((await client.cancel(symbol, resting.id)).state, 'canceled', 'a cancellation costs no order')
}

/** Asks for the deepest book until the venue has had enough; then it answers nothing, and executes nothing. */
async function requestWeight(stage: Stage, limit: number, most: number): Promise<void> {
  const { client, truth, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  const asked = async (): Promise<void> => {
    for (let calls = 0; calls <= most; calls++) await client.book(symbol, limit)
  }
  await refused(stage, asked(), -1003)
  await refused(stage, client.place(wish), -1003)
  assert.deepEqual(await truth.openOrders(symbol), [])
}

export const limitCards: readonly Card[] = [
  futuresCard(50, 'too many orders in ten seconds', orderCount, { control: true }),
  spotCard(70, 'too many orders in ten seconds', spotOrderCount, { control: true }),
  futuresCard(81, 'too much request weight in a minute', (stage) => requestWeight(stage, 1000, 240), { ownBox: true }),
  spotCard(82, 'too much request weight in a minute', (stage) => requestWeight(stage, 5000, 48), { ownBox: true }),
]
