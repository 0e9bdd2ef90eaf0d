import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ExchangeProcess } from '../testing/exchange-process.ts'

type Reply = Readonly<Record<string, unknown>>

async function started(context: TestContext, words: readonly string[]): Promise<ExchangeProcess> {
  const running = await ExchangeProcess.start(words)
  context.after(() => running.end('SIGKILL'))
  return running
}

/** A control request to the futures server. */
async function control(running: ExchangeProcess, path: string, body: Reply): Promise<readonly [number, Reply]> {
  const url = `${running.document.futures.rest}/sim/${path}`
  const reply = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return [reply.status, (await reply.json()) as Reply]
}

/** A stream socket, and its messages so far. */
async function listen(context: TestContext, address: string): Promise<Reply[]> {
  const socket = new WebSocket(address)
  const messages: Reply[] = []
  socket.addEventListener('message', ({ data }) => void messages.push(JSON.parse(String(data)) as Reply))
  context.after(() => socket.close())
  await once(socket, 'open')
  return messages
}

interface Filter {
  readonly filterType: string
  readonly tickSize?: string
}

async function tickOf(running: ExchangeProcess): Promise<string | undefined> {
  const { symbols } = await running.get<{ readonly symbols: readonly { readonly filters: readonly Filter[] }[] }>(
    'futures',
    '/fapi/v1/exchangeInfo',
  )
  return symbols[0]?.filters.find(({ filterType }) => filterType === 'PRICE_FILTER')?.tickSize
}

test('filters change while the market runs, and are still there after a kill', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const words = ['--symbols', 'BTCUSDT', '--control', '--state', folder]
  const first = await started(t, words)
  const told = await listen(t, `${first.document.futures.streams}/market/ws/!contractInfo`)
  assert.equal(await tickOf(first), '0.10')
  const resting = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' }
  const { bids } = await first.get<{ readonly bids: readonly (readonly string[])[] }>(
    'futures',
    '/fapi/v1/depth?symbol=BTCUSDT&limit=5',
  )
  const near = Math.floor(Number(bids[0]?.[0]) / 10) * 10 - 500
  const kept = await first.signed('futures', 'POST', '/fapi/v1/order', { ...resting, price: `${near}.30` })
  assert.equal(kept['status'], 'NEW')
  const change = { venue: 'futures', symbol: 'BTCUSDT', tickSize: '10', minPrice: '100' }
  assert.deepEqual(await control(first, 'filters', change), [200, {}])
  assert.equal(await tickOf(first), '10.00')
  const refused = await first.signed('futures', 'POST', '/fapi/v1/order', { ...resting, price: `${near}.30` })
  assert.equal(refused['code'], -4014)
  const placed = await first.signed('futures', 'POST', '/fapi/v1/order', { ...resting, price: `${near}` })
  assert.equal(placed['status'], 'NEW')
  assert.deepEqual(
    told.map(({ e, s, cs }) => [e, s, cs]),
    [['contractInfo', 'BTCUSDT', 'TRADING']],
  )
  // The crowd keeps to them as well: what it quotes after a while is on the new ticks.
  await control(first, 'run', { milliseconds: 20_000 })
  const { bids: later } = await first.get<typeof first & { readonly bids: readonly (readonly string[])[] }>(
    'futures',
    '/fapi/v1/depth?symbol=BTCUSDT&limit=5',
  )
  assert.equal(later.length, 5)
  for (const [price] of later) assert.match(price ?? '', /0\.00$/)
  await first.end('SIGKILL')
  const second = await started(t, words)
  assert.equal(await tickOf(second), '10.00')
  const found = await second.signed('futures', 'GET', '/fapi/v1/openOrder', {
    symbol: 'BTCUSDT',
    orderId: String(kept['orderId']),
  })
  assert.equal(found['price'], `${near}.30`)
})

test('filters that cannot be are refused with the name of the field', async (t) => {
  const running = await started(t, ['--symbols', 'BTCUSDT', '--control'])
  const market = { venue: 'spot', symbol: 'BTCUSDT' }
  const wrong: readonly (readonly [Reply, string])[] = [
    [{ tickSize: '0.001' }, 'tickSize has at most 2 decimals in BTCUSDT'],
    [{ tickSize: '0' }, 'tickSize is above 0'],
    [{ stepSize: '0.3' }, 'minQty is a multiple of its step'],
    [{ minQty: '5', maxQty: '1' }, 'maxQty is not below the smallest'],
    [{ multiplierDown: '1.5' }, 'multiplierDown is 1 or less, or 0 for no bound'],
    [{ minNotional: 5 }, 'minNotional is text'],
  ]
  for (const [fields, error] of wrong)
    assert.deepEqual(await control(running, 'filters', { ...market, ...fields }), [400, { error }])
  assert.deepEqual(await control(running, 'filters', { ...market, minNotional: '50' }), [200, {}])
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quoteOrderQty: '49' }
  assert.equal((await running.signed('spot', 'POST', '/api/v3/order', order))['msg'], 'Filter failure: NOTIONAL')
})

test('a bot is told of partial fills, then of the last one, with growing quantities', async (t) => {
  const running = await started(t, ['--symbols', 'BTCUSDT', '--control', '--account', 'anna:100000'])
  const { listenKey } = await running.signed('futures', 'POST', '/fapi/v1/listenKey', {})
  const told = await listen(t, `${running.document.futures.streams}/private/ws?listenKey=${String(listenKey)}`)
  const slices = { venue: 'futures', account: 'anna', slices: 4 }
  assert.deepEqual(await control(running, 'slices', slices), [200, {}])
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.008', newOrderRespType: 'RESULT' }
  const reply = await running.signed('futures', 'POST', '/fapi/v1/order', order)
  assert.deepEqual([reply['status'], reply['executedQty']], ['FILLED', '0.008'])
  const trades = await running.signed('futures', 'GET', '/fapi/v1/userTrades', { symbol: 'BTCUSDT' })
  assert.ok(Array.isArray(trades))
  const fills = told.flatMap(({ e, o }) => {
    const report = o as Reply | undefined
    return e === 'ORDER_TRADE_UPDATE' && report?.['x'] === 'TRADE' ? [report] : []
  })
  assert.ok(fills.length >= 4)
  assert.equal(fills.length, trades.length)
  assert.deepEqual(
    fills.map(({ t: id }) => id),
    trades.map(({ id }: Reply) => id),
  )
  let sum = 0
  for (const [index, { X, l, z }] of fills.entries()) {
    sum += Math.round(Number(l) * 1000)
    assert.equal(Math.round(Number(z) * 1000), sum)
    assert.equal(X, index === fills.length - 1 ? 'FILLED' : 'PARTIALLY_FILLED')
  }
  assert.equal(sum, 8)
  const wrong = await control(running, 'slices', { ...slices, slices: 0 })
  assert.deepEqual(wrong, [400, { error: 'slices is a number from 1 to 1000' }])
})
