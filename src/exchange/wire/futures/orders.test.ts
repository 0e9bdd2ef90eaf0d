import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { REST_START, RestWorld, type Told } from '../../../testing/rest-world.ts'

const ORDER = '/fapi/v1/order'
const LIMIT = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.010',
  price: '76800.0',
}
const MARKET = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.010', newOrderRespType: 'RESULT' }

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

test('a new order is told with the fields of the venue, without averages', async (context) => {
  const world = await started(context)
  const placed = row(await world.call('POST', ORDER, { ...LIMIT, newClientOrderId: 'my-1' }))
  assert.deepEqual(placed, {
    orderId: placed['orderId'],
    symbol: 'BTCUSDT',
    status: 'NEW',
    clientOrderId: 'my-1',
    price: '76800.00',
    origQty: '0.010',
    executedQty: '0.000',
    cumQty: '0.000',
    timeInForce: 'GTC',
    type: 'LIMIT',
    reduceOnly: false,
    closePosition: false,
    side: 'BUY',
    positionSide: 'BOTH',
    stopPrice: '0.00',
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: 'LIMIT',
    priceMatch: 'NONE',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    goodTillDate: 0,
    updateTime: REST_START / 1000,
  })
})

test('a query adds averages, and finds the order by either id after it has gone', async (context) => {
  const world = await started(context)
  const placed = row(
    await world.call('POST', ORDER, { ...LIMIT, newClientOrderId: 'my-1', price: '76900.10', quantity: '2' }),
  )
  const orderId = String(placed['orderId'])
  const open = row(await world.call('GET', '/fapi/v1/openOrder', { symbol: 'BTCUSDT', orderId }))
  assert.equal(open['status'], 'PARTIALLY_FILLED')
  assert.equal(open['avgPrice'], '76900.10')
  assert.equal(open['cumQuote'], '76900.10000')
  const canceled = row(await world.call('DELETE', ORDER, { symbol: 'BTCUSDT', origClientOrderId: 'my-1' }))
  assert.equal(canceled['status'], 'CANCELED')
  for (const name of [{ orderId }, { origClientOrderId: 'my-1' }]) {
    const found = row(await world.call('GET', ORDER, { symbol: 'BTCUSDT', ...name }))
    assert.equal(found['status'], 'CANCELED')
    assert.equal(found['executedQty'], '1.000')
  }
  assert.equal(
    error(await world.call('GET', '/fapi/v1/openOrder', { symbol: 'BTCUSDT', orderId })),
    '400 -2013 Order does not exist.',
  )
  assert.equal(
    error(await world.call('DELETE', ORDER, { symbol: 'BTCUSDT', orderId })),
    '400 -2011 Unknown order sent.',
  )
})

test('ACK shows a market order as new, RESULT as it ended', async (context) => {
  const world = await started(context)
  const acknowledged = row(await world.call('POST', ORDER, { ...MARKET, newOrderRespType: undefined }))
  assert.equal(acknowledged['status'], 'NEW')
  assert.equal(acknowledged['executedQty'], '0.000')
  const result = row(await world.call('POST', ORDER, MARKET))
  assert.equal(result['status'], 'FILLED')
  assert.equal(result['executedQty'], '0.010')
  const trades = rows(await world.call('GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' }))
  assert.deepEqual(
    trades.map((trade) => [trade['price'], trade['qty'], trade['commission'], trade['maker'], trade['buyer']]),
    [
      ['76900.10', '0.010', '0.38450050', false, true],
      ['76900.10', '0.010', '0.38450050', false, true],
    ],
  )
})

const refusals: readonly (readonly [string, Record<string, string | undefined>, string])[] = [
  [
    'no symbol',
    { ...LIMIT, symbol: undefined },
    "400 -1102 Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
  ],
  ['an unknown symbol', { ...LIMIT, symbol: 'NOPE' }, '400 -1121 Invalid symbol.'],
  ['an unknown side', { ...LIMIT, side: 'UP' }, '400 -1117 Invalid side.'],
  ['an unknown type', { ...LIMIT, type: 'MAGIC' }, '400 -1116 Invalid orderType.'],
  ['an unknown time in force', { ...LIMIT, timeInForce: 'XYZ' }, '400 -1115 Invalid timeInForce.'],
  [
    'no time in force',
    { ...LIMIT, timeInForce: undefined },
    "400 -1102 Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.",
  ],
  ['a market order with a price', { ...MARKET, price: '1' }, "400 -1106 Parameter 'price' sent when not required."],
  [
    'too fine a price',
    { ...LIMIT, price: '76800.001' },
    '400 -1111 Precision is over the maximum defined for this asset.',
  ],
  ['a price off the ticks', { ...LIMIT, price: '76800.05' }, '400 -4014 Price not increased by tick size.'],
  [
    'a price out of the band',
    { ...LIMIT, price: '81000' },
    '400 -4016 Price is higher than mark price multiplier cap.',
  ],
  ['too small a value', { ...LIMIT, quantity: '0.000' }, '400 -4003 Quantity less than zero.'],
  ['more than the margin allows', { ...LIMIT, quantity: '100' }, '400 -2019 Margin is insufficient.'],
  [
    'a stop order on this path',
    { ...LIMIT, type: 'STOP_MARKET', stopPrice: '80000' },
    '400 -4120 Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
  ],
  [
    'post-only that would take',
    { ...LIMIT, timeInForce: 'GTX', price: '76901' },
    '400 -5022 Due to the order could not be executed as maker, the Post Only order will be rejected.',
  ],
  [
    'fill-or-kill that cannot fill',
    { ...LIMIT, timeInForce: 'FOK', price: '76900.10', quantity: '5' },
    '400 -5021 Due to the order could not be filled immediately, the FOK order has been rejected.',
  ],
  ['reduce-only without a position', { ...LIMIT, reduceOnly: 'true' }, '400 -2022 ReduceOnly Order is rejected.'],
  ['an unknown response type', { ...LIMIT, newOrderRespType: 'ALL' }, '400 -1136 Invalid newOrderRespType.'],
  [
    'a position side of hedge mode',
    { ...LIMIT, positionSide: 'LONG' },
    "400 -4061 Order's position side does not match user's setting.",
  ],
]

test('orders that make no sense are refused in the words of the venue', async (context) => {
  const world = await started(context)
  for (const [what, order, expected] of refusals)
    assert.equal(error(await world.call('POST', ORDER, order)), expected, what)
  assert.deepEqual(rows(await world.call('GET', '/fapi/v1/openOrders')), [])
})

test('unknown parameters are ignored', async (context) => {
  const world = await started(context)
  assert.equal(row(await world.call('POST', ORDER, { ...LIMIT, isIsolated: 'FALSE', foo: '1' }))['status'], 'NEW')
})

test('an amended order keeps its id and its change is told', async (context) => {
  const world = await started(context)
  const placed = row(await world.call('POST', ORDER, LIMIT))
  const orderId = String(placed['orderId'])
  const change = { symbol: 'BTCUSDT', orderId, side: 'BUY', price: '76790', quantity: '0.02', modifyId: '7' }
  const amended = row(await world.call('PUT', ORDER, change))
  assert.equal(amended['orderId'], placed['orderId'])
  assert.equal(amended['price'], '76790.00')
  assert.equal(amended['modifyId'], 7)
  assert.equal(error(await world.call('PUT', ORDER, change)), '400 -5027 No need to modify the order.')
  const [first] = rows(await world.call('GET', '/fapi/v1/orderAmendment', { symbol: 'BTCUSDT', orderId }))
  assert.deepEqual(first?.['amendment'], {
    price: { before: '76800.00', after: '76790.00' },
    origQty: { before: '0.010', after: '0.020' },
    count: 1,
  })
})

test('a batch mixes orders and errors in the order of the request', async (context) => {
  const world = await started(context)
  const batchOrders = JSON.stringify([LIMIT, { ...LIMIT, side: 'UP' }, { ...LIMIT, quantity: 0.02 }])
  const [one, two, three] = rows(await world.call('POST', '/fapi/v1/batchOrders', { batchOrders }))
  assert.equal(one?.['status'], 'NEW')
  assert.equal(one['selfTradePreventionMode'], 'NONE')
  assert.deepEqual(two, { code: -1117, msg: 'Invalid side.' })
  assert.equal(three?.['origQty'], '0.020')
  const orderidlist = JSON.stringify([one['orderId'], 999_999])
  const canceled = rows(await world.call('DELETE', '/fapi/v1/batchOrders', { symbol: 'BTCUSDT', orderidlist }))
  assert.equal(canceled[0]?.['status'], 'CANCELED')
  assert.deepEqual(canceled[1], { code: -2011, msg: 'Unknown order sent.' })
})

test('batches that are none are refused', async (context) => {
  const world = await started(context)
  const answers = new Map([
    ['{"a":1}', "400 -1130 Data sent for parameter 'batchOrders' is not valid."],
    ['[1,2]', "400 -1130 Data sent for parameter 'batchOrders' is not valid."],
    ['[{"symbol":', "400 -1130 Data sent for parameter 'batchOrders' is not valid."],
    ['[]', '400 -4082 Invalid number of batch place orders: 0'],
    [JSON.stringify(Array.from({ length: 6 }, () => LIMIT)), '400 -4082 Invalid number of batch place orders: 6'],
  ])
  for (const [batchOrders, expected] of answers)
    assert.equal(error(await world.call('POST', '/fapi/v1/batchOrders', { batchOrders })), expected)
})

test('all orders of a symbol go at once, and after a countdown', async (context) => {
  const world = await started(context)
  await world.call('POST', ORDER, LIMIT)
  assert.deepEqual(row(await world.call('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' })), {
    code: 200,
    msg: 'The operation of cancel all open order is done.',
  })
  assert.deepEqual(rows(await world.call('GET', '/fapi/v1/openOrders')), [])
  await world.call('POST', ORDER, LIMIT)
  const countdown = { symbol: 'BTCUSDT', countdownTime: '1000' }
  assert.deepEqual(row(await world.call('POST', '/fapi/v1/countdownCancelAll', countdown)), countdown)
  world.pass(1_000_001)
  assert.deepEqual(rows(await world.call('GET', '/fapi/v1/openOrders')), [])
})

test('a conditional order lives in the Algo service', async (context) => {
  const world = await started(context)
  const stop = {
    algoType: 'CONDITIONAL',
    symbol: 'BTCUSDT',
    side: 'SELL',
    type: 'STOP_MARKET',
    triggerPrice: '75000',
    quantity: '0.010',
    workingType: 'MARK_PRICE',
    reduceOnly: 'true',
    clientAlgoId: 'sl-1',
  }
  await world.call('POST', ORDER, MARKET)
  const placed = row(await world.call('POST', '/fapi/v1/algoOrder', stop))
  assert.deepEqual(placed, {
    algoId: placed['algoId'],
    clientAlgoId: 'sl-1',
    algoType: 'CONDITIONAL',
    orderType: 'STOP_MARKET',
    symbol: 'BTCUSDT',
    side: 'SELL',
    positionSide: 'BOTH',
    timeInForce: 'GTC',
    quantity: '0.010',
    algoStatus: 'NEW',
    triggerPrice: '75000.00',
    price: '0.00',
    icebergQuantity: null,
    selfTradePreventionMode: 'NONE',
    workingType: 'MARK_PRICE',
    priceMatch: 'NONE',
    closePosition: false,
    priceProtect: false,
    reduceOnly: true,
    activatePrice: '',
    callbackRate: '',
    createTime: REST_START / 1000,
    updateTime: REST_START / 1000,
    triggerTime: 0,
    goodTillDate: 0,
  })
  assert.equal(rows(await world.call('GET', '/fapi/v1/openAlgoOrders'))[0]?.['actualOrderId'], '')
  assert.deepEqual(row(await world.call('DELETE', '/fapi/v1/algoOrder', { clientAlgoId: 'sl-1' })), {
    algoId: placed['algoId'],
    clientAlgoId: 'sl-1',
    code: '200',
    msg: 'success',
  })
  const algoId = String(placed['algoId'])
  assert.equal(row(await world.call('GET', '/fapi/v1/algoOrder', { algoId }))['algoStatus'], 'CANCELED')
})

test('a stop that is set off becomes an order that queries show with its trigger', async (context) => {
  const world = await started(context)
  await world.call('POST', ORDER, MARKET)
  const stop = { algoType: 'CONDITIONAL', symbol: 'BTCUSDT', side: 'SELL', workingType: 'MARK_PRICE', quantity: '0.01' }
  const limit = { ...stop, type: 'STOP', triggerPrice: '76890', price: '77500', timeInForce: 'GTC' }
  const placed = row(await world.call('POST', '/fapi/v1/algoOrder', limit))
  const mark = 76_880 * 10 ** 8
  world.ask(world.futures, { kind: 'mark', instrument: 0, mark, index: mark })
  world.pass(1_000_000)
  const algo = row(await world.call('GET', '/fapi/v1/algoOrder', { algoId: String(placed['algoId']) }))
  assert.equal(algo['actualType'], 'LIMIT')
  const orderId = String(algo['actualOrderId'])
  const order = row(await world.call('GET', ORDER, { symbol: 'BTCUSDT', orderId }))
  assert.equal(order['type'], 'LIMIT')
  assert.equal(order['origType'], 'STOP')
  assert.equal(order['stopPrice'], '76890.00')
  const canceled = row(await world.call('DELETE', ORDER, { symbol: 'BTCUSDT', orderId }))
  assert.equal(canceled['status'], 'CANCELED')
  assert.equal(canceled['origType'], 'STOP')
  assert.equal(canceled['stopPrice'], '76890.00')
})

test('a conditional order without a client id gets one by which it is found', async (context) => {
  const world = await started(context)
  const stop = { algoType: 'CONDITIONAL', symbol: 'BTCUSDT', side: 'SELL', type: 'STOP_MARKET', closePosition: 'true' }
  const placed = row(await world.call('POST', '/fapi/v1/algoOrder', { ...stop, triggerPrice: '75000' }))
  const clientAlgoId = String(placed['clientAlgoId'])
  assert.match(clientAlgoId, /^[0-9A-Za-z]{22}$/)
  assert.equal(row(await world.call('GET', '/fapi/v1/algoOrder', { clientAlgoId }))['algoId'], placed['algoId'])
})

test('undecided habits can be had the other way', async (context) => {
  const world = new RestWorld()
  world.habits = { averagesInReplies: true, bracketsOfOne: 'object', secondVersionWeight: 10 }
  await world.listen(context)
  const placed = row(await world.call('POST', ORDER, MARKET))
  assert.equal(placed['avgPrice'], '76900.10')
  assert.equal(placed['cumQuote'], '769.00100')
  const brackets = row(await world.call('GET', '/fapi/v1/leverageBracket', { symbol: 'BTCUSDT' }))
  assert.equal(brackets['symbol'], 'BTCUSDT')
  const before = Number((await world.get('/fapi/v1/ping')).headers.get('x-mbx-used-weight-1m'))
  const balance = await world.call('GET', '/fapi/v2/balance')
  assert.equal(Number(balance.headers.get('x-mbx-used-weight-1m')), before + 10)
})

test('the window is looked at again in front of the matching engine', async (context) => {
  const world = await started(context)
  // The request is in time when it is read; by the time it would be matched it is not.
  let calls = 0
  const { futures } = world
  const original = futures.advance.bind(futures)
  futures.advance = () => {
    original()
    calls++
    if (calls === 2) world.pass(6_000_000)
  }
  const told = await world.call('POST', ORDER, LIMIT)
  assert.equal(error(told), '400 -5028 Timestamp for this request is outside of the ME recvWindow.')
})
