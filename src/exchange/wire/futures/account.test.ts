import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { BUY, SELL } from '../../venue/requests.ts'
import { REST_START, RestWorld, type Told, USER } from '../../../testing/rest-world.ts'

const NOW = REST_START / 1000
const SYMBOL = { symbol: 'BTCUSDT' }

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

/** The user buys a tenth of a coin at 76900.10. */
async function bought(context: TestContext): Promise<RestWorld> {
  const world = await started(context)
  row(await world.call('POST', '/fapi/v1/order', { ...SYMBOL, side: 'BUY', type: 'MARKET', quantity: '0.1' }))
  return world
}

test('balances tell the wallet, the profit and what is free', async (context) => {
  const world = await bought(context)
  // 100000 less 0.05 % of 7690.01; the mark is ten cents below the entry.
  const balance = {
    accountAlias: 'user',
    asset: 'USDT',
    balance: '99996.15499500',
    crossWalletBalance: '99996.15499500',
    crossUnPnl: '-0.01000000',
    availableBalance: '99611.64499500',
    maxWithdrawAmount: '99611.64499500',
    marginAvailable: true,
    updateTime: NOW,
  }
  for (const path of ['/fapi/v2/balance', '/fapi/v3/balance'])
    assert.deepEqual(rows(await world.call('GET', path)), [balance])
})

test('the third account shows open positions alone, the second all', async (context) => {
  const world = await bought(context)
  const third = row(await world.call('GET', '/fapi/v3/account'))
  assert.equal(third['totalInitialMargin'], '384.50000000')
  assert.equal(third['totalUnrealizedProfit'], '-0.01000000')
  assert.deepEqual(third['positions'], [
    {
      symbol: 'BTCUSDT',
      positionSide: 'BOTH',
      positionAmt: '0.100',
      unrealizedProfit: '-0.01000000',
      isolatedMargin: '0',
      notional: '7690.00000000',
      isolatedWallet: '0',
      initialMargin: '384.50000000',
      maintMargin: '30.76000000',
      updateTime: NOW,
    },
  ])
  const second = row(await world.call('GET', '/fapi/v2/account'))
  assert.equal((second['positions'] as Row[]).length, 2)
  assert.equal((second['positions'] as Row[])[0]?.['leverage'], '20')
  assert.equal(second['canTrade'], true)
})

test('position risk has other names and other words than the account', async (context) => {
  const world = await bought(context)
  const [third, ...others] = rows(await world.call('GET', '/fapi/v3/positionRisk'))
  assert.equal(others.length, 0)
  assert.deepEqual(third, {
    symbol: 'BTCUSDT',
    positionSide: 'BOTH',
    positionAmt: '0.100',
    entryPrice: '76900.1',
    breakEvenPrice: '76938.55005',
    markPrice: '76900.00000000',
    unRealizedProfit: '-0.01000000',
    liquidationPrice: '0',
    isolatedMargin: '0',
    notional: '7690.00000000',
    marginAsset: 'USDT',
    isolatedWallet: '0',
    initialMargin: '384.50000000',
    maintMargin: '30.76000000',
    positionInitialMargin: '384.50000000',
    openOrderInitialMargin: '0',
    adl: third?.['adl'],
    bidNotional: '0',
    askNotional: '0',
    updateTime: NOW,
  })
  const [second] = rows(await world.call('GET', '/fapi/v2/positionRisk', SYMBOL))
  assert.equal(second?.['marginType'], 'cross')
  assert.equal(second['isAutoAddMargin'], 'false')
  assert.equal(second['isolatedMargin'], '0.00000000')
  assert.equal(rows(await world.call('GET', '/fapi/v2/positionRisk')).length, 2)
})

test('income lists what moved money, and a page of it', async (context) => {
  const world = await started(context)
  world.pass(1000)
  row(await world.call('POST', '/fapi/v1/order', { ...SYMBOL, side: 'BUY', type: 'MARKET', quantity: '0.1' }))
  const all = rows(await world.call('GET', '/fapi/v1/income'))
  assert.deepEqual(
    all.map((entry) => [entry['incomeType'], entry['income']]),
    [
      ['TRANSFER', '100000.00000000'],
      ['COMMISSION', '-3.84500500'],
    ],
  )
  assert.deepEqual(
    rows(await world.call('GET', '/fapi/v1/income', { incomeType: 'COMMISSION' })).map(({ asset }) => asset),
    ['USDT'],
  )
  assert.deepEqual(rows(await world.call('GET', '/fapi/v1/income', { limit: '1', page: '2' })), all.slice(0, 1))
  assert.deepEqual(rows(await world.call('GET', '/fapi/v1/income', { incomeType: 'API_REBATE' })), [])
  assert.match(error(await world.call('GET', '/fapi/v1/income', { incomeType: 'MANNA' })), /^400 -1130 /)
})

test('leverage and margin type are changed and told', async (context) => {
  const world = await started(context)
  const leverage = row(await world.call('POST', '/fapi/v1/leverage', { ...SYMBOL, leverage: '10' }))
  assert.deepEqual(leverage, { leverage: 10, maxNotionalValue: '230000000', symbol: 'BTCUSDT' })
  const isolated = { ...SYMBOL, marginType: 'ISOLATED' }
  assert.deepEqual(row(await world.call('POST', '/fapi/v1/marginType', isolated)), { code: 200, msg: 'success' })
  assert.equal(
    error(await world.call('POST', '/fapi/v1/marginType', isolated)),
    '400 -4046 No need to change margin type.',
  )
  assert.deepEqual(rows(await world.call('GET', '/fapi/v1/symbolConfig', SYMBOL)), [
    {
      symbol: 'BTCUSDT',
      marginType: 'ISOLATED',
      isAutoAddMargin: false,
      leverage: 10,
      maxNotionalValue: '230000000',
    },
  ])
  assert.equal(
    error(await world.call('POST', '/fapi/v1/leverage', { ...SYMBOL, leverage: '126' })),
    '400 -4028 Leverage 126 is not valid',
  )
})

test('margin is moved to an isolated position and back', async (context) => {
  const world = await started(context)
  await world.call('POST', '/fapi/v1/marginType', { ...SYMBOL, marginType: 'ISOLATED' })
  await world.call('POST', '/fapi/v1/order', { ...SYMBOL, side: 'BUY', type: 'MARKET', quantity: '0.1' })
  const moved = row(await world.call('POST', '/fapi/v1/positionMargin', { ...SYMBOL, amount: '100.5', type: '1' }))
  assert.deepEqual(moved, { amount: 100.5, code: 200, msg: 'Successfully modify position margin.', type: 1 })
  await world.call('POST', '/fapi/v1/positionMargin', { ...SYMBOL, amount: '50', type: '2' })
  const history = rows(await world.call('GET', '/fapi/v1/positionMargin/history', SYMBOL))
  assert.deepEqual(
    history.map((entry) => [entry['type'], entry['amount'], entry['asset']]),
    [
      [1, '100.50000000', 'USDT'],
      [2, '50.00000000', 'USDT'],
    ],
  )
})

test('hedge mode is changed once and keeps two positions', async (context) => {
  const world = await started(context)
  const path = '/fapi/v1/positionSide/dual'
  assert.deepEqual(row(await world.call('POST', path, { dualSidePosition: 'true' })), { code: 200, msg: 'success' })
  assert.deepEqual(row(await world.call('GET', path)), { dualSidePosition: true })
  assert.equal(
    error(await world.call('POST', path, { dualSidePosition: 'true' })),
    '400 -4059 No need to change position side.',
  )
  const order = { ...SYMBOL, type: 'MARKET', quantity: '0.1' }
  await world.call('POST', '/fapi/v1/order', { ...order, side: 'BUY', positionSide: 'LONG' })
  await world.call('POST', '/fapi/v1/order', { ...order, side: 'SELL', positionSide: 'SHORT' })
  const positions = rows(await world.call('GET', '/fapi/v3/positionRisk'))
  assert.deepEqual(
    positions.map((position) => [position['positionSide'], position['positionAmt']]),
    [
      ['LONG', '0.100'],
      ['SHORT', '-0.100'],
    ],
  )
  const [quantile] = rows(await world.call('GET', '/fapi/v1/adlQuantile'))
  assert.deepEqual(Object.keys(quantile?.['adlQuantile'] as Row), ['HEDGE', 'LONG', 'SHORT'])
})

test('brackets and fees are numbers and texts as the venue has them', async (context) => {
  const world = await started(context)
  const [first] = rows(await world.call('GET', '/fapi/v1/leverageBracket', SYMBOL))
  const brackets = first?.['brackets'] as Row[]
  assert.deepEqual(brackets[1], {
    bracket: 2,
    initialLeverage: 100,
    notionalCap: 800_000,
    notionalFloor: 300_000,
    maintMarginRatio: 0.005,
    cum: 300,
  })
  assert.deepEqual(row(await world.call('GET', '/fapi/v1/commissionRate', SYMBOL)), {
    symbol: 'BTCUSDT',
    makerCommissionRate: '0.000200',
    takerCommissionRate: '0.000500',
    rpiCommissionRate: '0.000200',
  })
})

test('modes that are not there are refused, and switching them off is no change', async (context) => {
  const world = await started(context)
  assert.equal(
    error(await world.call('POST', '/fapi/v1/multiAssetsMargin', { multiAssetsMargin: 'false' })),
    '400 -4171 No need to change Multi-Assets mode.',
  )
  for (const [path, name] of [
    ['/fapi/v1/multiAssetsMargin', 'multiAssetsMargin'],
    ['/fapi/v1/feeBurn', 'feeBurn'],
  ] as const)
    assert.match(error(await world.call('POST', path, { [name]: 'true' })), /^400 -1020 /)
  assert.deepEqual(row(await world.call('POST', '/fapi/v1/feeBurn', { feeBurn: 'false' })), {
    code: 200,
    msg: 'success',
  })
})

test('a listen key stays the same while it lives', async (context) => {
  const world = await started(context)
  const path = '/fapi/v1/listenKey'
  const { listenKey } = row(await world.call('POST', path))
  assert.deepEqual(row(await world.call('POST', path)), { listenKey })
  assert.deepEqual(row(await world.call('PUT', path)), { listenKey })
  assert.deepEqual(row(await world.call('DELETE', path)), {})
  assert.match(error(await world.call('PUT', path)), /^400 -1125 This listenKey does not exist/)
})

test('market data follow the trades', async (context) => {
  const world = await started(context)
  world.ask(world.futures, world.order(0, BUY, 7_690_010, 10, USER))
  world.pass(1_000_000)
  world.ask(world.futures, world.order(0, SELL, 7_689_990, 5, USER))
  world.pass(200_000)
  const trades = rows(await world.get('/fapi/v1/trades?symbol=BTCUSDT'))
  assert.deepEqual(trades[0], {
    id: 1,
    price: '76900.10',
    qty: '0.010',
    quoteQty: '769.00100',
    time: NOW,
    isBuyerMaker: false,
    isRPITrade: false,
  })
  const aggregates = rows(await world.get('/fapi/v1/aggTrades?symbol=BTCUSDT'))
  assert.deepEqual(
    aggregates.map((trade) => [trade['a'], trade['p'], trade['q'], trade['m']]),
    [
      [1, '76900.10', '0.010', false],
      [2, '76899.90', '0.005', true],
    ],
  )
  const [candle] = rows(await world.get('/fapi/v1/klines?symbol=BTCUSDT&interval=1m'))
  assert.deepEqual(candle, [
    NOW,
    '76900.10',
    '76900.10',
    '76899.90',
    '76899.90',
    '0.015',
    NOW + 59_999,
    '1153.50050',
    2,
    '0.010',
    '769.00100',
    '0',
  ])
  assert.equal(row(await world.get('/fapi/v2/ticker/price?symbol=BTCUSDT'))['price'], '76899.90')
  const book = row(await world.get('/fapi/v1/depth?symbol=BTCUSDT&limit=1000'))
  assert.deepEqual((book['asks'] as string[][])[0], ['76900.10', '0.990'])
  assert.deepEqual(row(await world.get('/fapi/v1/rpiDepth?symbol=BTCUSDT'))['asks'], book['asks'])
  assert.equal(row(await world.get('/fapi/v1/ticker/24hr?symbol=BTCUSDT'))['volume'], '0.015')
  const fund = row(await world.get('/fapi/v1/insuranceBalance?symbol=BTCUSDT'))
  assert.deepEqual(fund['assets'], [{ asset: 'USDT', marginBalance: '1000000.00000000', updateTime: NOW + 1200 }])
})

test('a halted symbol is told as not trading yet', async (context) => {
  const world = await started(context)
  world.ask(world.futures, { kind: 'halt', instrument: 1, halted: true })
  const { symbols } = row(await world.get('/fapi/v1/exchangeInfo')) as { symbols: Row[] }
  assert.deepEqual(
    symbols.map(({ status }) => status),
    ['TRADING', 'PENDING_TRADING'],
  )
})

test('questions that make no sense are refused', async (context) => {
  const world = await started(context)
  const asked: readonly (readonly [string, RegExp])[] = [
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1s', /^400 -1120 Invalid interval/],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1501', /^400 -1130 /],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=2&endTime=1', /^400 -1023 /],
    ['/fapi/v1/aggTrades?symbol=BTCUSDT&startTime=1&endTime=3600002', /^400 -1127 More than 1 hours/],
    ['/fapi/v1/depth?symbol=BTCUSDT&limit=7', /^400 -4021 '7' is not valid depth limit/],
    ['/fapi/v1/depth', /^400 -1102 /],
    ['/fapi/v1/ticker/24hr?symbol=NOPE', /^400 -1121 /],
  ]
  for (const [target, expected] of asked) assert.match(error(await world.get(target)), expected, target)
  const week = { ...SYMBOL, startTime: '1', endTime: String(8 * 86_400_000) }
  assert.equal(error(await world.call('GET', '/fapi/v1/allOrders', week)), '400 -4165 Maximum time interval is 7 days')
})
