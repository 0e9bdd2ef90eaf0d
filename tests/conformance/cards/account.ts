/** Cards 32 to 39 and 88: leverage, margin, position modes, income, fees, liquidation, funding. */
import assert from 'node:assert/strict'
import { QUANTITY, eventually, futuresCard, marketWish, near, refused, restingWish } from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { FuturesClient } from '../clients/client.ts'

type Futures = Stage<FuturesClient>

async function leverage(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await client.setLeverage(symbol, 5)
  assert.equal(await client.leverage(symbol), 5)
  // 100,000 in the wallet carry 500,000 at five times: seven BTC cost more.
  await refused(stage, client.place({ ...(await restingWish(stage, 'BUY')), quantity: 7 }), -2019)
  await client.setLeverage(symbol, 50)
  const order = await client.place({ ...(await restingWish(stage, 'BUY')), quantity: 7 })
  assert.equal(order.state, 'open')
  assert.equal(await client.leverage(symbol), 50)
  assert.equal(await truth.leverage(symbol), 50)
}

async function isolated(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await client.setMarginType(symbol, 'ISOLATED')
  await client.place(marketWish(stage, 'BUY'))
  const before = await truth.position(symbol, 'BOTH')
  assert.equal(before?.isolated, true)
  assert.ok((before?.isolatedWallet ?? 0) > 0)
  await client.addMargin(symbol, 25)
  near((await truth.position(symbol, 'BOTH'))?.isolatedWallet ?? 0, (before?.isolatedWallet ?? 0) + 25, 'margin')
  const told = await client.position(symbol, 'BOTH')
  assert.ok((told?.liquidationPrice ?? 0) > 0, 'an isolated long has a liquidation price')
  assert.ok((told?.liquidationPrice ?? 0) < (told?.entryPrice ?? 0))
  await refused(stage, client.setMarginType(symbol, 'CROSSED'), -4048)
}

async function marginTypeTwice(stage: Futures): Promise<void> {
  const { client, symbol } = stage
  const order = await client.place(await restingWish(stage, 'BUY'))
  await refused(stage, client.setMarginType(symbol, 'ISOLATED'), -4047)
  await client.cancel(symbol, order.id)
  await client.setMarginType(symbol, 'ISOLATED')
  await client.setMarginType(symbol, 'CROSSED')
}

async function hedge(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await client.setHedgeMode(true)
  assert.equal(await truth.hedgeMode(), true)
  await refused(stage, client.place({ ...marketWish(stage, 'BUY'), positionSide: 'BOTH' }), -4061)
  await client.place({ ...marketWish(stage, 'BUY', 0.02), positionSide: 'LONG' })
  await client.place({ ...marketWish(stage, 'SELL', 0.01), positionSide: 'SHORT' })
  for (const [side, quantity] of [
    ['LONG', 0.02],
    ['SHORT', -0.01],
  ] as const) {
    near((await truth.position(symbol, side))?.quantity ?? 0, quantity, side)
    near((await client.position(symbol, side))?.quantity ?? 0, quantity, `${side} as told`)
  }
  await client.place({ ...marketWish(stage, 'SELL', 0.02), positionSide: 'LONG' })
  assert.equal(await truth.position(symbol, 'LONG'), undefined)
  await refused(stage, client.setHedgeMode(false), -4068)
}

async function hedgeOrders(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await client.place(await restingWish(stage, 'BUY'))
  await refused(stage, client.setHedgeMode(true), -4067)
  await client.cancelAll(symbol)
  await client.setHedgeMode(true)
  await client.setHedgeMode(false)
  assert.equal(await truth.hedgeMode(), false)
}

async function income(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  await client.place(marketWish(stage, 'BUY'))
  await client.place(marketWish(stage, 'SELL'))
  const fills = await truth.fills(symbol)
  const fees = fills.reduce((sum, { fee }) => sum + fee, 0)
  assert.ok(fees > 0)
  const rows = await client.income(symbol)
  const sumOf = (type: string): number =>
    rows.filter((row) => row.type === type).reduce((sum, { amount }) => sum + amount, 0)
  near(sumOf('COMMISSION'), -fees, 'commissions')
  const wallet = await truth.wallet('USDT')
  near((await client.wallet('USDT')).total, wallet, 'wallet')
  near(sumOf('REALIZED_PNL') + sumOf('COMMISSION'), wallet - 100_000, 'profit less fees')
}

async function fees(stage: Futures): Promise<void> {
  const { client, truth, symbol } = stage
  const [maker, taker] = await client.feeRates(symbol)
  assert.ok(maker > 0 && taker > maker && taker < 0.001)
  await client.place(marketWish(stage, 'BUY', QUANTITY * 3))
  for (const fill of await truth.fills(symbol)) near(fill.fee, fill.price * fill.quantity * taker, 'fee')
}

async function liquidation(stage: Futures): Promise<void> {
  const { client, truth, symbol, control } = stage
  await client.setLeverage(symbol, 100)
  await client.setMarginType(symbol, 'ISOLATED')
  await client.place(marketWish(stage, 'BUY', 0.1))
  await client.place(await restingWish(stage, 'BUY', 3))
  const told = await client.position(symbol, 'BOTH')
  try {
    await control.mark(symbol, Math.floor((told?.liquidationPrice ?? 0) - 5))
    await eventually('the liquidation', async () => (await truth.position(symbol, 'BOTH')) === undefined)
    assert.deepEqual(await truth.openOrders(symbol), [])
    assert.equal(await client.position(symbol, 'BOTH'), undefined)
    const types = (await client.income(symbol)).map(({ type }) => type)
    assert.ok(types.includes('INSURANCE_CLEAR') || types.includes('REALIZED_PNL'))
    near((await client.wallet('USDT')).total, await truth.wallet('USDT'), 'wallet')
  } finally {
    await control.mark(symbol, undefined)
  }
}

/** The venue's clock jumps behind the next funding; the client's clock goes with it. */
async function funding(stage: Futures): Promise<void> {
  const { client, truth, symbol, control } = stage
  await client.place(marketWish(stage, 'BUY', 0.1))
  const before = await truth.wallet('USDT')
  const { nextFunding } = await client.mark(symbol)
  const ahead = nextFunding - Date.now() + 2000
  await control.clock(ahead)
  client.skewClock(ahead)
  const paid = await eventually('the funding fee', async () => {
    const rows = await client.income(symbol)
    return rows.find(({ type }) => type === 'FUNDING_FEE')
  })
  assert.notEqual(paid.amount, 0)
  near((await truth.wallet('USDT')) - before, paid.amount, 'what the wallet paid')
  near((await client.wallet('USDT')).total, await truth.wallet('USDT'), 'wallet')
  assert.ok((await client.mark(symbol)).nextFunding > nextFunding)
}

export const accountCards: readonly Card[] = [
  futuresCard(32, 'leverage: set, told, and what it carries', leverage, { control: true }),
  futuresCard(33, 'isolated margin: set, add, liquidation price', isolated, { control: true }),
  futuresCard(34, 'margin type: refused with open orders', marginTypeTwice, { control: true }),
  futuresCard(35, 'hedge mode: both sides, and what it refuses', hedge, { control: true }),
  futuresCard(36, 'position mode: refused with open orders', hedgeOrders, { control: true }),
  futuresCard(37, 'income: commissions and profit, to the cent', income, { control: true }),
  futuresCard(38, 'fee rates, and the fees that were taken', fees),
  futuresCard(88, 'funding paid at its time', funding, { ownBox: true, clients: ['ccxt', 'binance'] }),
  futuresCard(39, 'liquidation of an isolated position', liquidation, { control: true }),
]
