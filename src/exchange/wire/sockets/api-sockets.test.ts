import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { nodeSignatures } from '../../../node/signatures.ts'
import { SocketClient } from '../../../testing/socket-world.ts'
import {
  FUTURES_LIMIT_TEXTS,
  FUTURES_ORDERS,
  FUTURES_WEIGHT,
  OrderCounts,
  RequestWeights,
  SPOT_LIMIT_TEXTS,
  SPOT_ORDERS,
  SPOT_WEIGHT,
} from '../rate-limits.ts'
import { FaultBoard, type FaultOrder } from '../faults.ts'
import { refusal } from '../refusal.ts'
import type { Operation } from '../route.ts'
import { KeyRing } from '../security.ts'
import { ApiFaults } from './api-faults.ts'
import { ApiSockets } from './api-sockets.ts'
import { FUTURES_SOCKETS } from './socket-rules.ts'
import { takeUpgrades } from './upgrade.ts'

const START = 1_795_216_080_000_000
const MILLIS = START / 1000
const SECRET = 'secret'
const HMAC_KEY = 'h'.repeat(64)
const ED_KEY = 'e'.repeat(64)
const ACCOUNT = 7
const pair = generateKeyPairSync('ed25519')

/** Methods that tell what they were called with. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ping', { security: 'none', weight: 1, run: () => '{}' }],
  ['account.status', { security: 'signed', weight: 5, run: ({ account }) => `{"account":${account}}` }],
  [
    'order.place',
    {
      security: 'trade',
      weight: 0,
      orders: [1, 1],
      run: ({ reader, account, keyName }) =>
        reader.text('symbol') === 'NOTHING'
          ? refusal('invalidSymbol')
          : JSON.stringify({ account, key: keyName, quantity: reader.text('quantity') }),
    },
  ],
  [
    'broken',
    {
      security: 'none',
      weight: 1,
      run: () => {
        throw new Error('a bug')
      },
    },
  ],
])

interface World {
  readonly sockets: ApiSockets
  readonly keys: KeyRing
  readonly orders: OrderCounts
  readonly faults: unknown[]
  readonly board: FaultBoard
  readonly watched: number[]
  now: number
  connect(query?: string): Promise<SocketClient>
}

async function listening(context: TestContext, dialect: 'futures' | 'spot' = 'futures'): Promise<World> {
  const spot = dialect === 'spot'
  const path = spot ? '/ws-api/v3' : '/ws-fapi/v1'
  const keys = new KeyRing(nodeSignatures)
  keys.add({ account: ACCOUNT, scheme: 'hmac', material: SECRET, name: HMAC_KEY })
  const material = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  keys.add({ account: ACCOUNT, scheme: 'ed25519', material, name: ED_KEY })
  const faults: unknown[] = []
  const watched: number[] = []
  const board = new FaultBoard()
  const orders = new OrderCounts(spot ? SPOT_ORDERS : FUTURES_ORDERS)
  let port = 0
  const world = {
    keys,
    orders,
    faults,
    board,
    watched,
    now: START,
    connect: async (query = ''): Promise<SocketClient> => {
      const client = new SocketClient(`ws://127.0.0.1:${port}${path}${query}`)
      context.after(() => client.web.terminate())
      await once(client.web, 'open')
      return client
    },
  }
  const sockets = new ApiSockets({
    path,
    dialect,
    operations: OPERATIONS,
    keys,
    turns: { present: () => world.now, settle: () => undefined },
    weights: spot
      ? new RequestWeights(SPOT_WEIGHT, SPOT_LIMIT_TEXTS)
      : new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS),
    orders,
    rules: FUTURES_SOCKETS,
    handshakeWeight: 5,
    users: spot
      ? { watch: (account) => void watched.push(account), unwatch: (account) => void watched.push(-account) }
      : undefined,
    faults: new ApiFaults(board, dialect, async () => undefined),
    onFault: (error) => faults.push(error),
    defer: (run) => setImmediate(run),
  })
  const server = createServer()
  const end = takeUpgrades({
    server,
    rules: FUTURES_SOCKETS,
    find: (target) =>
      sockets.serves(target) ? (web, bytes, address) => sockets.accept(web, bytes, address, target) : undefined,
    now: () => world.now,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  context.after(() => {
    end()
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(world, { sockets })
}

/** Parameters with key, time and signature, as the venue's own client signs them. */
function signed(parameters: Record<string, unknown>, scheme: 'hmac' | 'ed25519' = 'hmac'): Record<string, unknown> {
  const all: Record<string, unknown> = {
    apiKey: scheme === 'hmac' ? HMAC_KEY : ED_KEY,
    timestamp: MILLIS,
    ...parameters,
  }
  const payload = Object.keys(all)
    .sort()
    .map((name) => `${name}=${String(all[name])}`)
    .join('&')
  const signature =
    scheme === 'hmac'
      ? createHmac('sha256', SECRET).update(payload).digest('hex')
      : sign(null, Buffer.from(payload), pair.privateKey).toString('base64')
  return { ...all, signature }
}

const weight = (count: number, limit = 2400) => ({
  rateLimitType: 'REQUEST_WEIGHT',
  interval: 'MINUTE',
  intervalNum: 1,
  limit,
  count,
})
const orderLimits = (count: number) => [
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300, count },
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200, count },
]

test('a signed order is placed, and the reply says how much of the limits is used', async (context) => {
  const world = await listening(context)
  const client = await world.connect()
  const params = signed({ symbol: 'BTCUSDT', quantity: '0.010' })
  assert.deepEqual(await client.ask({ id: 'a1', method: 'order.place', params }), [
    {
      id: 'a1',
      status: 200,
      result: { account: ACCOUNT, key: HMAC_KEY, quantity: '0.010' },
      rateLimits: [...orderLimits(1), weight(5)],
    },
  ])
  assert.deepEqual(await client.ask({ id: 1, method: 'ping' }), [
    { id: 1, status: 200, result: {}, rateLimits: [weight(6)] },
  ])
  // Sent as a number, signed as its text.
  const numeric = signed({ symbol: 'BTCUSDT', quantity: 0.01, returnRateLimits: false })
  assert.deepEqual(await client.ask({ id: null, method: 'order.place', params: numeric }), [
    { id: null, status: 200, result: { account: ACCOUNT, key: HMAC_KEY, quantity: '0.01' } },
  ])
  assert.equal(world.orders.count(ACCOUNT, 0, world.now), 2)
})

test('limits are left out of all replies where the address says so', async (context) => {
  const world = await listening(context)
  const client = await world.connect('?returnRateLimits=false')
  assert.deepEqual(await client.ask({ id: 1, method: 'ping' }), [{ id: 1, status: 200, result: {} }])
})

test('what is wrong with a request is said with its status', async (context) => {
  const world = await listening(context)
  const client = await world.connect('?returnRateLimits=false')
  const ask = async (method: string, params: unknown): Promise<unknown> => {
    const [reply] = (await client.ask({ id: 1, method, params })) as { status: number; error: { code: number } }[]
    return [reply?.status, reply?.error.code]
  }
  assert.deepEqual(await ask('nonsense', {}), [400, -1020])
  assert.deepEqual(await ask('account.status', {}), [400, -1102])
  assert.deepEqual(await ask('account.status', { apiKey: 'short' }), [401, -2014])
  assert.deepEqual(await ask('account.status', { apiKey: 'x'.repeat(64) }), [401, -2015])
  assert.deepEqual(await ask('account.status', { apiKey: HMAC_KEY }), [400, -1102])
  assert.deepEqual(await ask('account.status', { ...signed({}), signature: 'ff' }), [400, -1022])
  assert.deepEqual(await ask('account.status', signed({ timestamp: MILLIS - 6000 })), [400, -1021])
  assert.deepEqual(await ask('order.place', signed({ symbol: 'NOTHING' })), [400, -1121])
  assert.deepEqual(await ask('broken', {}), [500, -1000])
  assert.equal(world.faults.length, 1)
  assert.deepEqual(await client.ask('{"id":'), [
    { id: null, status: 400, error: { code: -1135, msg: 'Invalid JSON Request' } },
  ])
  assert.deepEqual(await ask('ping', [1]), [400, -1130])
})

test('a session that is logged on needs no key and no signature', async (context) => {
  const world = await listening(context)
  const client = await world.connect()
  world.now += 1_000_000
  const [hmac] = (await client.ask({ id: 1, method: 'session.logon', params: signed({}) })) as { error: object }[]
  assert.deepEqual(hmac?.error, { code: -4056, msg: 'HMAC_SHA256 API key is not supported.' })
  const status = {
    apiKey: ED_KEY,
    authorizedSince: MILLIS + 1000,
    connectedSince: MILLIS,
    returnRateLimits: true,
    serverTime: MILLIS + 1000,
  }
  assert.deepEqual(await client.ask({ id: 2, method: 'session.logon', params: signed({}, 'ed25519') }), [
    { id: 2, status: 200, result: status, rateLimits: [weight(9)] },
  ])
  const params = { symbol: 'BTCUSDT', quantity: '1', timestamp: MILLIS }
  const [placed] = (await client.ask({ id: 3, method: 'order.place', params })) as { result: { key: string } }[]
  assert.equal(placed?.result.key, ED_KEY)
  world.keys.remove(ED_KEY)
  const [revoked] = (await client.ask({ id: 4, method: 'order.place', params })) as { status: number; error: object }[]
  assert.deepEqual(
    [revoked?.status, revoked?.error],
    [401, { code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' }],
  )
  const [out] = (await client.ask({ id: 5, method: 'session.logout' })) as { result: Record<string, unknown> }[]
  assert.deepEqual([out?.result['apiKey'], out?.result['authorizedSince']], [null, null])
})

test('its weight is a pool of its own, and over it there is 429, on spot with the time to come back', async (context) => {
  const world = await listening(context, 'spot')
  const client = await world.connect('?returnRateLimits=false')
  for (let asked = 5; asked < 6000; asked += 5)
    await client.ask({ id: asked, method: 'v3/account.status', params: signed({}) })
  const [refused] = await client.ask({ id: 'x', method: 'ping' })
  assert.deepEqual(refused, {
    id: 'x',
    status: 429,
    error: {
      code: -1003,
      msg: 'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.',
      data: { serverTime: MILLIS, retryAfter: MILLIS + 60_000 },
    },
  })
})

test('spot sends user data to who subscribes, until the subscription ends', async (context) => {
  const world = await listening(context, 'spot')
  const client = await world.connect('?returnRateLimits=false')
  const subscribe = { id: 1, method: 'userDataStream.subscribe.signature', params: signed({}) }
  assert.deepEqual(await client.ask(subscribe), [{ id: 1, status: 200, result: { subscriptionId: 0 } }])
  const [again] = (await client.ask(subscribe)) as { error: { code: number } }[]
  assert.equal(again?.error.code, -2035)
  world.sockets.tell(ACCOUNT, 'balanceUpdate', '{"e":"balanceUpdate"}')
  world.sockets.tell(ACCOUNT + 1, 'balanceUpdate', '{"e":"balanceUpdate","of":"somebody else"}')
  assert.deepEqual(await client.ask({ id: 2, method: 'session.subscriptions' }, 2), [
    { subscriptionId: 0, event: { e: 'balanceUpdate' } },
    { id: 2, status: 200, result: [{ subscriptionId: 0 }] },
  ])
  assert.deepEqual(
    await client.ask({ id: 3, method: 'userDataStream.unsubscribe', params: { subscriptionId: 0 } }, 2),
    [
      { subscriptionId: 0, event: { e: 'eventStreamTerminated', E: MILLIS } },
      { id: 3, status: 200, result: {} },
    ],
  )
  await client.ask({ id: 4, method: 'session.logon', params: signed({}, 'ed25519') })
  assert.deepEqual(await client.ask({ id: 5, method: 'userDataStream.subscribe' }), [
    { id: 5, status: 200, result: { subscriptionId: 1 } },
  ])
  client.web.terminate()
  while (world.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(world.watched, [ACCOUNT, -ACCOUNT, ACCOUNT, -ACCOUNT])
})

test('ordered faults take a reply away, hold it back or change it, before or after the order is placed', async (context) => {
  const world = await listening(context)
  const client = await world.connect('?returnRateLimits=false')
  const none = { venue: '', method: 'WS', path: 'order.place', count: 1, milliseconds: 1, status: 503, code: -1007 }
  const order = (kind: FaultOrder['kind']): number => world.board.add({ ...none, kind, message: 'Timeout.' })
  const params = signed({ symbol: 'BTCUSDT', quantity: '1' })
  const placed = (): number => world.orders.count(ACCOUNT, 0, world.now)
  order('drop-before')
  order('drop-after')
  client.web.send(JSON.stringify({ id: 1, method: 'order.place', params }))
  assert.deepEqual(await client.ask({ id: 2, method: 'ping' }), [{ id: 2, status: 200, result: {} }])
  assert.equal(placed(), 0)
  client.web.send(JSON.stringify({ id: 3, method: 'order.place', params }))
  await client.ask({ id: 4, method: 'ping' })
  assert.equal(placed(), 1)
  const error = { code: -1007, msg: 'Timeout.' }
  order('refuse')
  assert.deepEqual(await client.ask({ id: 5, method: 'order.place', params }), [{ id: 5, status: 503, error }])
  assert.equal(placed(), 1)
  order('mask')
  assert.deepEqual(await client.ask({ id: 6, method: 'order.place', params }), [{ id: 6, status: 503, error }])
  assert.equal(placed(), 2)
  order('delay-before')
  order('delay-after')
  const replies = (await client.ask({ id: 7, method: 'order.place', params })) as { status: number }[]
  assert.deepEqual([replies[0]?.status, placed(), world.board.isEmpty], [200, 3, true])
})
