import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { nodeSignatures } from '../../node/signatures.ts'
import {
  FUNDING_POOL,
  FUTURES_LIMIT_TEXTS,
  FUTURES_ORDERS,
  FUTURES_WEIGHT,
  OrderCounts,
  RequestWeights,
} from './rate-limits.ts'
import type { Route } from './route.ts'
import { KeyRing } from './security.ts'
import { createRestServer } from './server.ts'

const NAME = 'k'.repeat(64)
const READER = 'r'.repeat(64)
const SECRET = 'secret'
const START = 1_795_216_080_000_000

/** Endpoints that tell what they were called with. */
const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/free', security: 'none', weight: 1, run: () => '{}' },
  { method: 'GET', path: '/pool', security: 'none', weight: 1, fundingPool: true, run: () => '[]' },
  { method: 'GET', path: '/keyed', security: 'key', weight: 1, run: ({ account }) => `{"account":${account}}` },
  {
    method: 'POST',
    path: '/order',
    security: 'trade',
    weight: 0,
    orders: [1, 1],
    run: ({ reader, account }) => {
      const { names, values } = reader.parameters
      return JSON.stringify({ account, sent: Object.fromEntries(names.map((name, at) => [name, values[at]])) })
    },
  },
  {
    method: 'GET',
    path: '/broken',
    security: 'none',
    weight: 1,
    run: () => {
      throw new Error('a bug')
    },
  },
]

interface World {
  readonly url: string
  readonly port: number
  readonly faults: unknown[]
  /** Venue time, microseconds. */
  now: number
}

async function listening(context: TestContext): Promise<World> {
  const keys = new KeyRing(nodeSignatures)
  const key = { account: 7, scheme: 'hmac', material: SECRET } as const
  keys.add({ ...key, name: NAME })
  keys.add({ ...key, name: READER, permissions: { trade: false } })
  const faults: unknown[] = []
  const world = { url: '', port: 0, now: START, faults }
  const app = createRestServer({
    routes: ROUTES,
    dialect: 'futures',
    keys,
    turns: { present: () => world.now, settle: () => undefined },
    weights: new RequestWeights(FUTURES_WEIGHT, FUTURES_LIMIT_TEXTS),
    fundingPool: new RequestWeights(FUNDING_POOL, FUTURES_LIMIT_TEXTS),
    orders: new OrderCounts(FUTURES_ORDERS),
    onFault: (error) => faults.push(error),
  })
  world.url = await app.listen({ host: '127.0.0.1', port: 0 })
  world.port = Number(new URL(world.url).port)
  context.after(() => app.close())
  return world
}

/** A signed order with `more` parameters. */
function signedText(more: string): string {
  const text = `${more}&timestamp=${START / 1000}`
  return `${text}&signature=${createHmac('sha256', SECRET).update(text).digest('hex')}`
}

const post = (world: World, query: string, body: string | undefined, headers: Record<string, string> = {}) =>
  fetch(`${world.url}/order${query === '' ? '' : `?${query}`}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': NAME, ...headers },
    ...(body === undefined ? {} : { body }),
  })

test('parameters come in the query or in the body, whatever type the client claims', async (context) => {
  const world = await listening(context)
  const text = signedText('symbol=BTCUSDT&quantity=1')
  const calls = [
    post(world, text, undefined, { 'content-type': 'application/json' }),
    post(world, text, undefined),
    post(world, text, '', { 'content-type': 'application/json' }),
    post(world, '', text, { 'content-type': 'application/x-www-form-urlencoded' }),
    post(world, '', text, { 'content-type': 'application/json' }),
    post(world, '', text, { 'content-type': 'text/plain;charset=UTF-8' }),
    post(world, '', text, { 'content-type': 'nonsense' }),
  ]
  for (const reply of await Promise.all(calls)) {
    assert.equal(reply.status, 200)
    assert.match(reply.headers.get('content-type') ?? '', /^application\/json/)
    const { account, sent } = (await reply.json()) as { account: number; sent: Record<string, string> }
    assert.equal(account, 7)
    assert.equal(sent['symbol'], 'BTCUSDT')
    assert.equal(sent['quantity'], '1')
  }
})

async function told(reply: Response): Promise<string> {
  const { code, msg } = (await reply.json()) as { code: number; msg: string }
  return `${reply.status} ${code} ${msg}`
}

test('checks come in the order of key, signature, time', async (context) => {
  const world = await listening(context)
  const late = `timestamp=1&signature=${'0'.repeat(64)}`
  assert.equal(
    await told(await post(world, late, undefined, { 'X-MBX-APIKEY': '' })),
    '401 -2014 API-key format invalid.',
  )
  assert.match(await told(await post(world, late, undefined, { 'X-MBX-APIKEY': 'x'.repeat(64) })), /^401 -2015 /)
  assert.match(await told(await post(world, signedText('a=1'), undefined, { 'X-MBX-APIKEY': READER })), /^401 -2015 /)
  assert.match(await told(await post(world, '', undefined)), /^400 -1102 Mandatory parameter 'timestamp'/)
  assert.match(await told(await post(world, 'timestamp=1', undefined)), /^400 -1102 Mandatory parameter 'signature'/)
  assert.equal(await told(await post(world, late, undefined)), '400 -1022 Signature for this request is not valid.')
  world.now = START + 5_001_000
  assert.equal(
    await told(await post(world, signedText('a=1'), undefined)),
    '400 -1021 Timestamp for this request is outside of the recvWindow.',
  )
  world.now = START - 1_000_000
  assert.equal(
    await told(await post(world, signedText('a=1'), undefined)),
    "400 -1021 Timestamp for this request was 1000ms ahead of the server's time.",
  )
})

test('keyed endpoints want the header alone, public ones ignore it', async (context) => {
  const world = await listening(context)
  const headers = { 'X-MBX-APIKEY': NAME }
  assert.deepEqual(await (await fetch(`${world.url}/keyed`, { headers })).json(), { account: 7 })
  assert.equal((await fetch(`${world.url}/keyed`)).status, 401)
  assert.equal((await fetch(`${world.url}/free`, { headers: { 'X-MBX-APIKEY': 'junk' } })).status, 200)
})

test('replies carry used weight and order counts', async (context) => {
  const world = await listening(context)
  await fetch(`${world.url}/free`)
  const reply = await fetch(`${world.url}/free`)
  assert.equal(reply.headers.get('x-mbx-used-weight-1m'), '2')
  await post(world, signedText('a=1'), undefined)
  const placed = await post(world, signedText('a=2'), undefined)
  assert.equal(placed.headers.get('x-mbx-order-count-10s'), '2')
  assert.equal(placed.headers.get('x-mbx-order-count-1m'), '2')
  assert.equal((await fetch(`${world.url}/pool`)).headers.get('x-mbx-used-weight-1m'), null)
})

test('over the limit comes 429 with Retry-After, then 418, and after the ban all is free again', async (context) => {
  const world = await listening(context)
  for (let i = 0; i < 2400; i += 200) await Promise.all(Array.from({ length: 200 }, () => fetch(`${world.url}/free`)))
  const refused = await fetch(`${world.url}/free`)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '60')
  for (let i = 0; i < 9; i++) assert.equal((await fetch(`${world.url}/free`)).status, 429)
  const banned = await fetch(`${world.url}/free`)
  assert.equal(banned.headers.get('retry-after'), '120')
  assert.match(await told(banned), /^418 -1003 Way too many requests; IP banned until 1795216200000\./)
  world.now = START + 60_000_000
  assert.equal((await fetch(`${world.url}/free`)).status, 418)
  world.now = START + 120_000_000
  assert.equal((await fetch(`${world.url}/free`)).status, 200)
})

test('unknown paths and wrong methods are 404', async (context) => {
  const world = await listening(context)
  assert.equal(await told(await fetch(`${world.url}/nothing?x=1`)), '404 -5000 Path /nothing, Method GET is invalid')
  assert.equal(await told(await fetch(`${world.url}/order`)), '404 -5000 Path /order, Method GET is invalid')
  assert.equal((await fetch(`${world.url}/free`, { method: 'DELETE' })).status, 404)
})

test('an exception is told to the operator and hidden from the client', async (context) => {
  const world = await listening(context)
  assert.match(await told(await fetch(`${world.url}/broken`)), /^500 -1000 /)
  assert.equal(world.faults.length, 1)
})

test('malformed parameters and JSON bodies are refused as parameters', async (context) => {
  const world = await listening(context)
  assert.match(await told(await post(world, 'a=%zz&timestamp=1&signature=00', undefined)), /^400 -1100 /)
  const json = { 'content-type': 'application/json' }
  assert.match(await told(await post(world, '', '{"symbol":', json)), /^400 -1102 Mandatory parameter 'timestamp'/)
  assert.match(await told(await post(world, '', '{"timestamp":1}', json)), /^400 -1102 /)
})

test('a body of 50 MB is refused at its head and the server goes on', async (context) => {
  const world = await listening(context)
  const refused = await new Promise<string>((resolve, reject) => {
    const socket = connect(world.port, '127.0.0.1')
    let received = ''
    socket.on('data', (data) => (received += data.toString()))
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
    socket.write(`POST /order HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: ${50 << 20}\r\n\r\nabc`)
  })
  assert.match(refused, /^HTTP\/1\.1 413 /)
  const chunked = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64 << 10)),
  })
  const sent = fetch(`${world.url}/order`, { method: 'POST', body: chunked, duplex: 'half' } as RequestInit)
  // The server answers and closes while the client still sends: a reply or a broken connection, as it happens.
  const status = await sent.then(
    (reply) => reply.status,
    () => 413,
  )
  assert.equal(status, 413)
  assert.equal((await fetch(`${world.url}/free`)).status, 200)
})
