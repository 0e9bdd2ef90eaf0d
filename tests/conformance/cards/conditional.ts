/** Cards 24 to 31: stops, take-profits and trailing stops through the Algo service. */
import assert from 'node:assert/strict'
import { QUANTITY, awayPrice, eventually, futuresCard, marketWish, near, refused } from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { ConditionalWish, FuturesClient, Side } from '../clients/client.ts'

type Futures = Stage<FuturesClient>

/** A conditional order whose trigger lies percent above (positive) or below the market. */
async function wish(
  stage: Futures,
  type: ConditionalWish['type'],
  side: Side,
  percent: number,
  more: Partial<ConditionalWish> = {},
): Promise<ConditionalWish> {
  const triggerPrice = await awayPrice(stage, percent > 0 ? 'SELL' : 'BUY', Math.abs(percent))
  return { symbol: stage.symbol, side, type, triggerPrice, workingType: 'MARK_PRICE', ...more }
}

/** Places a conditional order, sees it wait, and cancels it. */
async function waitsAndGoes(stage: Futures, wanted: ConditionalWish): Promise<void> {
  const { client, truth, symbol } = stage
  const id = await client.placeConditional(wanted)
  assert.deepEqual(await client.openConditionals(symbol), [id])
  assert.equal(await truth.conditional(symbol, id), 'waiting')
  assert.deepEqual(await truth.openOrders(symbol), [], 'no order in the book before the trigger')
  await client.cancelConditional(symbol, id)
  assert.equal(await truth.conditional(symbol, id), 'canceled')
  assert.deepEqual(await client.openConditionals(symbol), [])
}

/** With a long position and a mark price held at `from`, moves the mark to `to` and expects the position closed. */
async function closesAt(stage: Futures, wanted: ConditionalWish, steps: readonly number[]): Promise<void> {
  const { client, truth, symbol, control } = stage
  await client.place(marketWish(stage, 'BUY'))
  const id = await client.placeConditional(wanted)
  try {
    for (const step of steps) {
      assert.equal(await truth.conditional(symbol, id), 'waiting')
      await control.mark(symbol, step)
    }
    await eventually('the trigger', async () => (await truth.conditional(symbol, id)) === 'triggered')
    await eventually('the close', async () => (await truth.position(symbol, 'BOTH')) === undefined)
    assert.equal(await client.position(symbol, 'BOTH'), undefined)
    assert.deepEqual(await client.openConditionals(symbol), [])
  } finally {
    await control.mark(symbol, undefined)
  }
}

async function onTrigger(stage: Futures, type: ConditionalWish['type'], percent: number): Promise<void> {
  const wanted = await wish(stage, type, 'SELL', percent, { quantity: QUANTITY, reduceOnly: true })
  await closesAt(stage, wanted, [(wanted.triggerPrice ?? 0) + Math.sign(percent)])
}

async function trailing(stage: Futures): Promise<void> {
  const { symbol, control } = stage
  const base = await awayPrice(stage, 'BUY', 0)
  await control.mark(symbol, base)
  const wanted: ConditionalWish = {
    symbol,
    side: 'SELL',
    type: 'TRAILING_STOP_MARKET',
    quantity: QUANTITY,
    callbackRate: 1,
    workingType: 'MARK_PRICE',
    reduceOnly: true,
  }
  // Up two percent, back by less than the callback, then by more.
  await closesAt(stage, wanted, [Math.floor(base * 1.02), Math.floor(base * 1.012), Math.floor(base * 1.009)])
}

async function closePosition(stage: Futures): Promise<void> {
  const { client, truth, symbol, control } = stage
  await client.place(marketWish(stage, 'BUY', 0.03))
  const wanted = await wish(stage, 'STOP_MARKET', 'SELL', -2, { closePosition: true })
  const id = await client.placeConditional(wanted)
  try {
    await control.mark(symbol, (wanted.triggerPrice ?? 0) - 1)
    await eventually('the close', async () => (await truth.position(symbol, 'BOTH')) === undefined)
    assert.equal(await truth.conditional(symbol, id), 'triggered')
    const sold = (await truth.fills(symbol)).reduce((sum, { quantity }) => sum + quantity, 0)
    near(sold, 0.06, 'bought and sold')
  } finally {
    await control.mark(symbol, undefined)
  }
}

async function immediate(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const wanted = await wish(stage, 'STOP_MARKET', 'SELL', 2, { quantity: QUANTITY })
  await refused(stage, client.placeConditional(wanted), -2021)
  assert.deepEqual(await client.openConditionals(symbol), [])
  assert.deepEqual(await truth.openOrders(symbol), [])
}

async function limitAfterTrigger(stage: Futures): Promise<void> {
  const { client, truth, symbol, control } = stage
  const price = await awayPrice(stage, 'BUY', 3)
  const wanted = await wish(stage, 'TAKE_PROFIT', 'BUY', -2, { quantity: QUANTITY, price })
  const id = await client.placeConditional(wanted)
  try {
    await control.mark(symbol, (wanted.triggerPrice ?? 0) - 1)
    const [order] = await eventually('an order in the book', async () => {
      const open = await truth.openOrders(symbol)
      return open.length > 0 && open
    })
    assert.equal(await truth.conditional(symbol, id), 'triggered')
    assert.equal(order?.price, price)
    assert.deepEqual(
      (await client.openOrders(symbol)).map((one) => [one.price, one.quantity]),
      [[price, QUANTITY]],
    )
  } finally {
    await control.mark(symbol, undefined)
  }
}

export const conditionalCards: readonly Card[] = [
  futuresCard(24, 'stop market: waits, is listed, is cancelled', async (stage) =>
    waitsAndGoes(stage, await wish(stage, 'STOP_MARKET', 'SELL', -2, { quantity: QUANTITY })),
  ),
  futuresCard(25, 'take-profit market: waits, is listed, is cancelled', async (stage) =>
    waitsAndGoes(stage, await wish(stage, 'TAKE_PROFIT_MARKET', 'SELL', 2, { quantity: QUANTITY })),
  ),
  futuresCard(26, 'stop market: triggered by the mark price', (stage) => onTrigger(stage, 'STOP_MARKET', -2), {
    control: true,
  }),
  futuresCard(
    27,
    'take-profit market: triggered by the mark price',
    (stage) => onTrigger(stage, 'TAKE_PROFIT_MARKET', 2),
    {
      control: true,
    },
  ),
  futuresCard(28, 'take-profit limit: rests after its trigger', limitAfterTrigger, { control: true }),
  futuresCard(29, 'trailing stop: follows, then closes', trailing, { control: true }),
  futuresCard(30, 'stop that closes the whole position', closePosition, { control: true }),
  futuresCard(31, 'stop beyond its trigger is refused', immediate),
]
