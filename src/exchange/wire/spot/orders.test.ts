import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { SELL } from '../../venue/requests.ts'
import { REST_START, RestWorld, type Told } from '../../../testing/rest-world.ts'

const ORDER = '/api/v3/order'
const LIMIT = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '76800.00',
}
const NOW = REST_START / 1000

type Row = Record<string, unknown>

async function started(context: TestContext): Promise<RestWorld> {
  const world = new RestWorld()
  await world.listen(context)
  context.after(() => assert.deepEqual(world.faults, []))
  return world
}

const row = ({ status, body, text }: Told): Row => {
  assert.equal(status, 200, text)
  return body as Row
}

const rows = ({ status, body, text }: Told): Row[] => {
  assert.equal(status, 200, text)
  return body as Row[]
}

const error = ({ status, body }: Told): string => {
  const { code, msg } = body as { code: number; msg: string }
  return `${status} ${code} ${msg}`
}

test('a limit order is told in full, as acknowledged or as it ended', async (context) => {
  const world = await started(context)
  const placed = row(await world.call('POST', ORDER, { ...LIMIT, price: '76900.01', newClientOrderId: 'my-1' }))
  assert.deepEqual(placed, {
    symbol: 'BTCUSDT',
    orderId: placed['orderId'],
    orderListId: -1,
    clientOrderId: 'my-1',
    transactTime: NOW,
    price: '76900.01000000',
    origQty: '0.01000000',
    executedQty: '0.01000000',
    origQuoteOrderQty: '0.00000000',
    cummulativeQuoteQty: '769.00010000',
    status: 'FILLED',
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'BUY',
    workingTime: NOW,
    fills: [
      { price: '76900.01000000', qty: '0.01000000', commission: '0.00001000', commissionAsset: 'BTC', tradeId: 1 },
    ],
    selfTradePreventionMode: 'EXPIRE_MAKER',
  })
  const short = row(await world.call('POST', ORDER, { ...LIMIT, newOrderRespType: 'ACK' }))
  assert.deepEqual(Object.keys(short), ['symbol', 'orderId', 'orderListId', 'clientOrderId', 'transactTime'])
  assert.equal('fills' in row(await world.call('POST', ORDER, { ...LIMIT, newOrderRespType: 'RESULT' })), false)
})

test('a cancellation has an id of its own', async (context) => {
  const world = await started(context)
  await world.call('POST', ORDER, { ...LIMIT, newClientOrderId: 'my-1' })
  const name = { symbol: 'BTCUSDT', origClientOrderId: 'my-1' }
  const canceled = row(await world.call('DELETE', ORDER, { ...name, newClientOrderId: 'c-1' }))
  assert.equal(canceled['origClientOrderId'], 'my-1')
  assert.equal(canceled['clientOrderId'], 'c-1')
  assert.equal(canceled['status'], 'CANCELED')
  assert.equal(row(await world.call('GET', ORDER, name))['status'], 'CANCELED')
  assert.equal(error(await world.call('DELETE', ORDER, name)), '400 -2011 Unknown order sent.')
})

const refusals: readonly (readonly [string, Record<string, string | undefined>, string])[] = [
  ['an unknown symbol', { ...LIMIT, symbol: 'NOPE' }, '400 -1121 Invalid symbol.'],
  ['a price between ticks', { ...LIMIT, price: '70000.001' }, '400 -1013 Filter failure: PRICE_FILTER'],
  ['a quantity between steps', { ...LIMIT, quantity: '0.010001' }, '400 -1013 Filter failure: LOT_SIZE'],
  ['too fine a price', { ...LIMIT, price: '1.000000001' }, "400 -1111 Parameter 'price' has too much precision."],
  ['a price out of the filter', { ...LIMIT, price: '1.00' }, '400 -1013 Filter failure: PRICE_FILTER'],
  ['too small a value', { ...LIMIT, quantity: '0.00001' }, '400 -1013 Filter failure: NOTIONAL'],
  [
    'more than there is',
    { ...LIMIT, quantity: '100' },
    '400 -2010 Account has insufficient balance for requested action.',
  ],
  [
    'a maker order that would take',
    { ...LIMIT, type: 'LIMIT_MAKER', timeInForce: undefined, price: '76900.01' },
    '400 -2010 Order would immediately match and take.',
  ],
  [
    'a market order without any quantity',
    { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET' },
    "400 -1102 Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
  ],
  ['a market order with a price', { ...LIMIT, type: 'MARKET' }, "400 -1106 Parameter 'price' sent when not required."],
  ['an iceberg', { ...LIMIT, icebergQty: '0.001' }, '400 -1013 Iceberg orders are not supported for this symbol.'],
  [
    'a self-trade mode of another market',
    { ...LIMIT, selfTradePreventionMode: 'TRANSFER' },
    '400 -1013 This symbol does not allow the specified self-trade prevention mode.',
  ],
]

test('orders that make no sense are refused in the words of the venue', async (context) => {
  const world = await started(context)
  for (const [what, order, expected] of refusals)
    assert.equal(error(await world.call('POST', ORDER, order)), expected, what)
  assert.deepEqual(rows(await world.call('GET', '/api/v3/openOrders')), [])
})

test('a stop order waits, and a list cancels both its legs', async (context) => {
  const world = await started(context)
  await world.call('POST', ORDER, { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.05' })
  const stop = { ...LIMIT, side: 'SELL', type: 'STOP_LOSS_LIMIT', stopPrice: '75000', price: '74900' }
  const placed = row(await world.call('POST', ORDER, { ...stop, newOrderRespType: 'RESULT' }))
  assert.equal(placed['stopPrice'], '75000.00000000')
  assert.equal(placed['workingTime'], -1)
  const list = row(
    await world.call('POST', '/api/v3/orderList/oco', {
      symbol: 'BTCUSDT',
      side: 'SELL',
      quantity: '0.01',
      aboveType: 'LIMIT_MAKER',
      abovePrice: '79000',
      belowType: 'STOP_LOSS',
      belowStopPrice: '75000',
      listClientOrderId: 'L1',
    }),
  )
  assert.equal(list['listOrderStatus'], 'EXECUTING')
  assert.equal((list['orderReports'] as Row[]).length, 2)
  const [first] = list['orders'] as Row[]
  const legId = String(first?.['orderId'])
  const canceled = row(await world.call('DELETE', ORDER, { symbol: 'BTCUSDT', orderId: legId }))
  assert.equal(canceled['listOrderStatus'], 'ALL_DONE')
  assert.deepEqual(rows(await world.call('GET', '/api/v3/openOrderList')), [])
  assert.equal(row(await world.call('GET', '/api/v3/orderList', { origClientOrderId: 'L1' }))['orderListId'], 1)
})

test('cancel and replace says what became of both halves', async (context) => {
  const world = await started(context)
  const path = '/api/v3/order/cancelReplace'
  const placed = row(await world.call('POST', ORDER, LIMIT))
  const both = { ...LIMIT, cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: String(placed['orderId']) }
  const replaced = row(await world.call('POST', path, { ...both, price: '76700' }))
  assert.equal(replaced['cancelResult'], 'SUCCESS')
  assert.equal(replaced['newOrderResult'], 'SUCCESS')
  const failed = await world.call('POST', path, both)
  assert.equal(error(failed), '400 -2022 Order cancel-replace failed.')
  assert.deepEqual((failed.body as { data: Row }).data, {
    cancelResult: 'FAILURE',
    newOrderResult: 'NOT_ATTEMPTED',
    cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
    newOrderResponse: null,
  })
  const half = await world.call('POST', path, { ...both, cancelReplaceMode: 'ALLOW_FAILURE' })
  assert.equal(error(half), '409 -2021 Order cancel-replace partially failed.')
})

test('an amended order keeps its place and gets a new client id', async (context) => {
  const world = await started(context)
  await world.call('POST', ORDER, { ...LIMIT, newClientOrderId: 'my-1' })
  const change = { symbol: 'BTCUSDT', origClientOrderId: 'my-1', newClientOrderId: 'my-2', newQty: '0.005' }
  const { amendedOrder } = row(await world.call('PUT', '/api/v3/order/amend/keepPriority', change)) as {
    amendedOrder: Row
  }
  assert.equal(amendedOrder['origClientOrderId'], 'my-1')
  assert.equal(amendedOrder['clientOrderId'], 'my-2')
  assert.equal(amendedOrder['qty'], '0.00500000')
})

test('balances, fills and fees are told', async (context) => {
  const world = await started(context)
  await world.call('POST', ORDER, { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '100' })
  const account = row(await world.call('GET', '/api/v3/account', { omitZeroBalances: 'true' }))
  assert.deepEqual(account['balances'], [
    { asset: 'BTC', free: '0.00129870', locked: '0.00000000' },
    { asset: 'USDT', free: '99900.02998700', locked: '0.00000000' },
  ])
  const [fill] = rows(await world.call('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT' }))
  assert.deepEqual(fill, {
    symbol: 'BTCUSDT',
    id: 1,
    orderId: fill?.['orderId'],
    orderListId: -1,
    price: '76900.01000000',
    qty: '0.00130000',
    quoteQty: '99.97001300',
    commission: '0.00000130',
    commissionAsset: 'BTC',
    time: NOW,
    isBuyer: true,
    isMaker: false,
    isBestMatch: true,
  })
})

test('placing and cancelling cost weight only where they fail, and filled orders are not counted', async (context) => {
  const world = await started(context)
  const used = (told: Told): string | null => told.headers.get('x-mbx-used-weight-1m')
  assert.equal(used(await world.call('POST', ORDER, LIMIT)), '0')
  assert.equal(used(await world.call('POST', ORDER, { ...LIMIT, symbol: 'NOPE' })), '1')
  const resting = await world.call('POST', ORDER, LIMIT)
  const before = Number(resting.headers.get('x-mbx-order-count-10s'))
  const filled = await world.call('POST', ORDER, { ...LIMIT, price: '76900.01' })
  assert.equal(Number(filled.headers.get('x-mbx-order-count-10s')), before)
  // One that rests and is filled later gives five back.
  for (let i = 0; i < 5; i++) await world.call('POST', ORDER, { ...LIMIT, price: '76800.00' })
  await world.call('POST', ORDER, { ...LIMIT, price: '76900.00' })
  world.ask(world.spot, world.order(0, SELL, 7_690_000, 1000))
  const [tenSeconds] = rows(await world.call('GET', '/api/v3/rateLimit/order'))
  assert.equal(tenSeconds?.['count'], before + 1)
})

test('the filters of a market are those of exchangeInfo', async (context) => {
  const world = await started(context)
  const { symbols } = row(await world.get('/api/v3/exchangeInfo?symbol=BTCUSDT')) as { symbols: Row[] }
  const { symbolFilters } = row(await world.call('GET', '/api/v3/myFilters', { symbol: 'BTCUSDT' }))
  assert.deepEqual(symbolFilters, symbols[0]?.['filters'])
})

test('times are microseconds for those who ask for them', async (context) => {
  const world = await started(context)
  const headers = { 'X-MBX-TIME-UNIT': 'MICROSECOND' }
  const reply = await fetch(`${world.spotUrl}/api/v3/time`, { headers })
  assert.deepEqual(await reply.json(), { serverTime: REST_START })
})
