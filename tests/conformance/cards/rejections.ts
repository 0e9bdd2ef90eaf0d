/** Cards 40 to 50: what the futures venue refuses, each with its code, and nothing of it in the book. */
import assert from 'node:assert/strict'
import { QUANTITY, awayPrice, futuresCard, refused, restingWish, untouched } from '../card.ts'
import type { Card, Stage } from '../card.ts'
import type { ClientName, FuturesClient, OrderWish } from '../clients/client.ts'

type Futures = Stage<FuturesClient>

/** ccxt rounds, checks and looks symbols up by itself before it sends: these cards are for the others. */
const UNCHECKED: readonly ClientName[] = ['connector', 'binance']

async function refusesOrder(stage: Futures, change: Partial<OrderWish>, code: number): Promise<void> {
  await refused(stage, stage.client.place({ ...(await restingWish(stage, 'BUY')), ...change }), code)
  await untouched(stage)
}

async function wrongNumbers(stage: Futures): Promise<void> {
  const price = await awayPrice(stage, 'BUY')
  await refusesOrder(stage, { price: price + 0.05 }, -4014)
  await refusesOrder(stage, { price: price + 0.001 }, -1111)
  await refusesOrder(stage, { quantity: 0.0011 }, -1111)
  await refusesOrder(stage, { quantity: 5000 }, -4005)
  await refusesOrder(stage, { symbol: 'NONEUSDT' }, -1121)
}

async function outsideBand(stage: Futures): Promise<void> {
  const { client, symbol } = stage
  const order = { symbol, type: 'LIMIT', quantity: QUANTITY } as const
  await refused(stage, client.place({ ...order, side: 'BUY', price: await awayPrice(stage, 'SELL', 8) }), -4016)
  await refused(stage, client.place({ ...order, side: 'SELL', price: await awayPrice(stage, 'BUY', 8) }), -4024)
  await untouched(stage)
}

async function tooLittle(stage: Futures): Promise<void> {
  const eth = { ...stage, symbol: 'ETHUSDT' }
  const price = await awayPrice(eth, 'BUY')
  const wish = { symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', quantity: 0.002, price } as const
  await refused(eth, stage.client.place(wish), -4164)
  await untouched(eth)
}

async function noMargin(stage: Futures): Promise<void> {
  await refusesOrder(stage, { quantity: 100 }, -2019)
  await refused(stage, stage.client.place({ symbol: stage.symbol, side: 'BUY', type: 'MARKET', quantity: 60 }), -2019)
  await untouched(stage)
}

async function oldPath(stage: Futures): Promise<void> {
  const stopPrice = await awayPrice(stage, 'BUY', 5)
  const wish = { symbol: stage.symbol, side: 'SELL', type: 'STOP_MARKET', quantity: QUANTITY, stopPrice } as const
  await refused(stage, stage.client.place(wish), -4120)
  await untouched(stage)
}

async function unknownOrder(stage: Futures): Promise<void> {
  await refused(stage, stage.client.cancel(stage.symbol, '999999999'), -2011)
  await refused(stage, stage.client.order(stage.symbol, '999999999'), -2013)
  await refused(stage, stage.client.amend(stage.symbol, '999999999', await restingWish(stage, 'BUY')), -2013, -2011)
}

async function wrongKeys(stage: Futures): Promise<void> {
  const { symbol, account, control } = stage
  const wish = await restingWish(stage, 'BUY')
  const forged = stage.another({ secret: 's'.repeat(64) })
  await refused({ ...stage, client: forged }, forged.openOrders(symbol), -1022)
  await refused({ ...stage, client: forged }, forged.place(wish), -1022)
  const unknown = stage.another({ apiKey: 'k'.repeat(64) })
  await refused({ ...stage, client: unknown }, unknown.openOrders(symbol), -2015)
  const { apiKey, secret = '' } = await control.addKey(account, { trade: false })
  const reader = stage.another({ apiKey, secret })
  assert.deepEqual(await reader.openOrders(symbol), [])
  await refused({ ...stage, client: reader }, reader.place(wish), -2015)
  await untouched(stage)
}

async function foreignAddress(stage: Futures): Promise<void> {
  const { symbol, account, control } = stage
  const { apiKey, secret = '' } = await control.addKey(account, { addresses: ['192.0.2.1'] })
  const elsewhere = stage.another({ apiKey, secret })
  await refused({ ...stage, client: elsewhere }, elsewhere.openOrders(symbol), -2015)
}

async function wrongTime(stage: Futures): Promise<void> {
  const { client, symbol } = stage
  const wish = await restingWish(stage, 'BUY')
  assert.deepEqual(await client.openOrders(symbol), [])
  for (const skew of [-70_000, 5000]) {
    client.skewClock(skew)
    await refused(stage, client.place(wish), -1021)
  }
  await untouched(stage)
  client.skewClock(0)
  assert.equal((await client.place(wish)).state, 'open')
}

async function halted(stage: Futures): Promise<void> {
  const { client, truth, symbol, control } = stage
  const order = await client.place(await restingWish(stage, 'BUY'))
  await control.halt('futures', symbol, true)
  try {
    await refused(stage, client.place({ symbol, side: 'BUY', type: 'MARKET', quantity: QUANTITY }), -4140, -4141)
    await client.cancel(symbol, order.id)
    assert.deepEqual(await truth.openOrders(symbol), [])
  } finally {
    await control.halt('futures', symbol, false)
  }
  assert.equal((await client.place({ symbol, side: 'BUY', type: 'MARKET', quantity: QUANTITY })).state, 'filled')
}

export const rejectionCards: readonly Card[] = [
  futuresCard(40, 'tick, precision, quantity and symbol', wrongNumbers, { clients: UNCHECKED }),
  futuresCard(41, 'price beyond the band around the mark price', outsideBand),
  futuresCard(42, 'value below the least', tooLittle),
  futuresCard(43, 'more than the margin carries', noMargin, { control: true }),
  futuresCard(44, 'conditional order on the old path', oldPath, { clients: UNCHECKED }),
  futuresCard(45, 'cancel, query and modify what is not there', unknownOrder),
  futuresCard(46, 'wrong secret, unknown key, key without trading', wrongKeys, { control: true }),
  futuresCard(47, 'key bound to another address', foreignAddress, { control: true }),
  futuresCard(48, 'clock too slow and too fast', wrongTime, { clients: ['ccxt', 'binance'] }),
  futuresCard(49, 'trading halted, and resumed', halted, { control: true }),
]
