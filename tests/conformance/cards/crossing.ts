/** Cards 85 to 87: orders that meet orders of the same account, and a halted spot market. */
import assert from 'node:assert/strict'
import { QUANTITY, futuresCard, near, refused, spotCard } from '../card.ts'
import type { Card, Stage } from '../card.ts'

/** With the market held still, a sale that reaches the account's own bid: the bid expires, the others' bids are filled. */
async function meetsItself(stage: Stage): Promise<void> {
  const { client, control, truth, symbol } = stage
  await control.speed(0)
  try {
    const { bids } = await truth.book(symbol)
    const price = bids[2]?.[0] ?? 0
    const own = await client.place({ symbol, side: 'BUY', type: 'LIMIT', quantity: QUANTITY, price })
    assert.equal(own.state, 'open')
    const others = bids.filter(([level]) => level >= price).reduce((sum, [, quantity]) => sum + quantity, 0)
    const quantity = Number((others + QUANTITY).toFixed(3))
    const sale = await client.place({ symbol, side: 'SELL', type: 'LIMIT', quantity, price, timeInForce: 'IOC' })
    assert.equal((await truth.order(symbol, own.id))?.state, 'expired')
    assert.equal((await client.order(symbol, own.id)).state, 'expired')
    near((await truth.order(symbol, sale.id))?.filled ?? -1, sale.filled, 'filled of the sale')
    assert.ok(sale.filled > 0 && sale.filled <= others + 1e-9, `filled ${sale.filled} of ${others}`)
    assert.ok(
      (await truth.fills(symbol)).every(({ orderId }) => orderId === sale.id),
      'the own bid has no fill',
    )
  } finally {
    await control.speed(1)
  }
}

async function halted(stage: Stage): Promise<void> {
  const { client, control, symbol } = stage
  await control.halt('spot', symbol, true)
  try {
    await refused(stage, client.place({ symbol, side: 'BUY', type: 'MARKET', quantity: QUANTITY }), -2010, -1013)
  } finally {
    await control.halt('spot', symbol, false)
  }
  assert.equal((await client.place({ symbol, side: 'BUY', type: 'MARKET', quantity: QUANTITY })).state, 'filled')
}

export const crossingCards: readonly Card[] = [
  futuresCard(85, 'self-trade prevention: the resting order expires', meetsItself, { control: true }),
  spotCard(86, 'self-trade prevention: the resting order expires', meetsItself, { control: true }),
  spotCard(87, 'trading halted, and resumed', halted, { control: true }),
]
