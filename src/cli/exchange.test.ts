import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { CROWD_ACCOUNTS } from '../exchange/crowd/crowd-venue.ts'
import { ExchangeProcess } from '../testing/exchange-process.ts'

/** Kills in the test below; more of them is a matter of patience. */
const KILLS = Number(process.env['TAPEWRIGHT_KILLS'] ?? '3')
const MARKETS = ['--symbols', 'BTCUSDT,ETHUSDT', '--control']

function newFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function started(context: TestContext, words: readonly string[]): Promise<ExchangeProcess> {
  const running = await ExchangeProcess.start(words)
  context.after(() => running.end('SIGKILL'))
  return running
}

interface Truth {
  readonly orders: {
    readonly all: readonly { readonly orderId: number; readonly clientId: string; readonly filled: number }[]
  }
  readonly fills: readonly { readonly tradeId: number; readonly orderId: number; readonly quantity: number }[]
  readonly ledger: {
    readonly balances: readonly { readonly wallet: string }[]
    readonly income: readonly { readonly amount: string }[]
  }
}

/** Orders, fills and money of the first account at one moment, as the futures venue has them. */
function truthOf(running: ExchangeProcess): Promise<Truth> {
  return running.get('futures', `/sim/truth?venue=futures&account=${CROWD_ACCOUNTS}`)
}

/** What the owner of an account was told until the process was gone. */
class Told {
  /** By order id: its client id, and lots filled. */
  readonly orders = new Map<number, { readonly clientId: string; readonly filled: number }>()
  readonly trades = new Set<number>()

  /** Listens to the user events of the first account until the connection ends. */
  async listen(running: ExchangeProcess): Promise<void> {
    const { listenKey } = await running.signed('futures', 'POST', '/fapi/v1/listenKey', {})
    const socket = new WebSocket(`${running.document.futures.streams}/private/ws?listenKey=${String(listenKey)}`)
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data)) as { readonly e: string; readonly o?: Record<string, unknown> }
      if (event.e === 'ORDER_TRADE_UPDATE' && event.o?.['x'] === 'TRADE') this.trades.add(Number(event.o['t']))
    })
    socket.addEventListener('error', () => undefined)
    await once(socket, 'open')
  }

  /** All of it must be there. */
  check({ orders, fills, ledger }: Truth, round: number): void {
    const known = new Map(orders.all.map((order) => [order.orderId, order]))
    for (const [orderId, { clientId, filled }] of this.orders) {
      const order = known.get(orderId)
      assert.ok(order !== undefined, `round ${round}: order ${orderId} is gone`)
      assert.equal(order.clientId, clientId)
      assert.ok(order.filled >= filled, `round ${round}: order ${orderId} had ${filled} lots, has ${order.filled}`)
      const lots = fills.filter((fill) => fill.orderId === orderId).reduce((sum, { quantity }) => sum + quantity, 0)
      assert.equal(lots, order.filled, `round ${round}: fills of order ${orderId}`)
    }
    const there = new Set(fills.map(({ tradeId }) => tradeId))
    for (const trade of this.trades) assert.ok(there.has(trade), `round ${round}: trade ${trade} is gone`)
    const income = ledger.income.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
    assert.equal(BigInt(ledger.balances[0]?.wallet ?? '-1'), income, `round ${round}: the wallet is what came in`)
  }
}

test('both venues answer, an order fills, and a signal ends it cleanly', async (t) => {
  const running = await started(t, MARKETS)
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01', newOrderRespType: 'RESULT' }
  assert.equal((await running.signed('futures', 'POST', '/fapi/v1/order', order))['status'], 'FILLED')
  assert.equal((await running.signed('spot', 'POST', '/api/v3/order', order))['status'], 'FILLED')
  assert.equal(await running.end('SIGTERM'), 0)
  assert.equal(running.remarks, '')
})

test('an exchange with a state folder goes on with its accounts, keys and orders', async (t) => {
  const folder = newFolder(t)
  const words = [...MARKETS, '--state', folder, '--account', 'anna:5000']
  const first = await started(t, words)
  const resting = { symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.1', price: '2600' }
  const placed = await first.signed('futures', 'POST', '/fapi/v1/order', { ...resting, newClientOrderId: 'stays' })
  assert.equal(placed['status'], 'NEW')
  assert.equal(await first.end('SIGINT'), 0)
  const second = await started(t, words)
  assert.deepEqual(second.document.accounts, first.document.accounts)
  const found = await second.signed('futures', 'GET', '/fapi/v1/order', {
    symbol: 'ETHUSDT',
    origClientOrderId: 'stays',
  })
  assert.deepEqual([found['orderId'], found['status']], [placed['orderId'], 'NEW'])
  await assert.rejects(ExchangeProcess.start(words), /is in use by process/)
  await second.end('SIGTERM')
  await assert.rejects(ExchangeProcess.start([...words, '--seed', '2']), /lives an exchange with --seed 1/)
})

test('kill -9 loses no acknowledged order, fill or balance', async (t) => {
  const folder = newFolder(t)
  const words = [...MARKETS, '--state', folder, '--account', 'anna:1000000']
  const told = new Told()
  let count = 0
  for (let round = 0; round <= KILLS; round++) {
    const running = await started(t, words)
    told.check(await truthOf(running), round)
    if (round === KILLS) break
    await told.listen(running)
    const refused = new Set<string>()
    const place = async (): Promise<void> => {
      const clientId = `k-${round}-${count++}`
      const side = count % 2 === 0 ? 'BUY' : 'SELL'
      const market = count % 3 === 0
      // Others wait in front of the best price: the market fills some of them later.
      const priced = { type: 'LIMIT', timeInForce: 'GTC', priceMatch: 'QUEUE' }
      const answer = await running.signed('futures', 'POST', '/fapi/v1/order', {
        symbol: 'BTCUSDT',
        side,
        quantity: '0.003',
        newClientOrderId: clientId,
        newOrderRespType: 'RESULT',
        ...(market ? { type: 'MARKET' } : priced),
      })
      const { orderId, executedQty } = answer
      // Two hundred wait at most: then all of them go.
      if (answer['code'] === -2025)
        await running.signed('futures', 'DELETE', '/fapi/v1/allOpenOrders', { symbol: 'BTCUSDT' })
      else if (typeof orderId !== 'number') refused.add(JSON.stringify(answer))
      else told.orders.set(orderId, { clientId, filled: Math.round(Number(executedQty ?? '0') * 1000) })
    }
    // Until the process is gone; what was not answered was not acknowledged.
    const before = told.orders.size
    const clients = Array.from({ length: 4 }, () => untilItFails(place))
    await wait(300 + ((round * 137) % 500))
    await running.end('SIGKILL')
    await Promise.all(clients)
    assert.ok(told.orders.size > before, `round ${round}: nothing was acknowledged; ${[...refused].join(' ')}`)
  }
  assert.ok(told.trades.size > 0)
})

async function untilItFails(work: () => Promise<void>): Promise<void> {
  try {
    while (true) await work()
  } catch {
    // The other side is gone.
  }
}
