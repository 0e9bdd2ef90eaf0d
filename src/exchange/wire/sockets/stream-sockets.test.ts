import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { SOCKET_START, SocketWorld } from '../../../testing/socket-world.ts'
import { SELL } from '../../venue/requests.ts'
import { FUTURES_SOCKETS } from './socket-rules.ts'

const MILLIS = SOCKET_START / 1000

/** Levels on both sides and one trade of a lot at 10.0. */
function trade(world: SocketWorld, instrument = 0): void {
  world.venue.place({ instrument, side: SELL, price: 100, quantity: 5 })
  world.venue.place({ instrument, price: 100, quantity: 1 })
}

const TRADE = {
  e: 'trade',
  E: MILLIS,
  T: MILLIS,
  s: 'BTCUSDT',
  t: 1,
  p: '10.0',
  q: '0.001',
  X: 'MARKET',
  m: false,
}

test('a client hears the streams of its address, raw or wrapped', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const raw = await world.connect(context, '/public/ws/btcusdt@trade')
  const combined = await world.connect(context, '/public/stream?streams=btcusdt@trade/ethusdt@trade')
  trade(world)
  assert.deepEqual(await raw.hear(1), [TRADE])
  assert.deepEqual(await combined.hear(1), [{ stream: 'btcusdt@trade', data: TRADE }])
})

test('streams are subscribed, listed and given up by request, with ids of any kind', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const client = await world.connect(context, '/public/ws/0')
  assert.deepEqual(
    await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@depth@100ms', 'nothing'], id: 1 }),
    [{ result: null, id: 1 }],
  )
  const id = '0123456789abcdef0123456789abcdef'
  assert.deepEqual(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id }), [
    { result: ['btcusdt@trade', 'btcusdt@depth@100ms', 'nothing'], id },
  ])
  assert.deepEqual(await client.ask({ method: 'UNSUBSCRIBE', params: ['btcusdt@depth@100ms'], id: null }), [
    { result: null, id: null },
  ])
  assert.deepEqual(await client.ask({ method: 'SET_PROPERTY', params: ['combined', true], id: 4 }), [
    { result: null, id: 4 },
  ])
  assert.deepEqual(await client.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 5 }), [{ result: true, id: 5 }])
  trade(world)
  world.pass(1000)
  trade(world, 1)
  assert.deepEqual(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 6 }, 2), [
    { stream: 'btcusdt@trade', data: TRADE },
    { result: ['btcusdt@trade', 'nothing'], id: 6 },
  ])
})

test('what is no request is answered with what is wrong with it', async (context) => {
  const world = new SocketWorld({ rules: { inboundPerSecond: 100 } })
  await world.listen(context)
  const client = await world.connect(context, '/public/ws')
  const answers: [string | object, unknown][] = [
    ['what', { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' }],
    [
      '{"method":"FOO","id":1}',
      {
        code: 2,
        msg: 'Invalid request: unknown variant `FOO`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 15',
      },
    ],
    ['{"id":1}', { code: 2, msg: 'Invalid request: missing field `method` at line 1 column 8' }],
    [
      { method: 'GET_PROPERTY', params: ['colour'], id: 1 },
      { code: 0, msg: 'Unknown property', id: 1 },
    ],
    [
      { method: 'SET_PROPERTY', params: ['combined', 'yes'], id: 2 },
      { code: 1, msg: 'Invalid value type: expected Boolean', id: 2 },
    ],
    [
      { method: 'SUBSCRIBE', params: 'btcusdt@trade', id: 3 },
      { code: 2, msg: 'Invalid request: params must be an array of strings', id: 3 },
    ],
    [
      { method: 'SUBSCRIBE', params: [], id: 1.5 },
      { code: 2, msg: 'Invalid request: request ID must be an unsigned integer' },
    ],
  ]
  for (const [request, answer] of answers) assert.deepEqual(await client.ask(request), [answer])
})

test('a stream on the wrong part of the host is acknowledged and silent', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const clients = [
    await world.connect(context, '/public/ws'),
    await world.connect(context, '/market/ws'),
    await world.connect(context, '/ws'),
  ]
  const heard: unknown[] = []
  for (const client of clients)
    await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@aggTrade', 'btcusdt@bookTicker'], id: 1 })
  trade(world)
  world.pass(100)
  for (const client of clients) heard.push((await client.hear(1)).map((message) => (message as { e: string }).e))
  assert.deepEqual(heard, [['bookTicker'], ['aggTrade'], ['bookTicker']])
})

test('spot has no parts, and its partial books have no name of their own', async (context) => {
  const world = new SocketWorld({ market: 'spot' })
  await world.listen(context)
  const client = await world.connect(context, '/stream/0')
  await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@depth5@100ms'], id: 1 })
  trade(world)
  world.pass(100)
  assert.deepEqual(await client.hear(1), [
    {
      stream: 'btcusdt@depth5@100ms',
      data: { lastUpdateId: 2, bids: [], asks: [['10.00000000', '0.00400000']] },
    },
  ])
})

test('more streams than a connection may have are refused', async (context) => {
  const world = new SocketWorld({ rules: { streamsMax: 3 } })
  await world.listen(context)
  const client = await world.connect(context, '/public/ws')
  const params = ['btcusdt@trade', 'btcusdt@depth', 'btcusdt@bookTicker', 'ethusdt@trade']
  assert.deepEqual(await client.ask({ method: 'SUBSCRIBE', params, id: 1 }), [
    { code: 2, msg: 'Invalid request: too many parameters', id: 1 },
  ])
  assert.deepEqual(await client.ask({ method: 'SUBSCRIBE', params: params.slice(1), id: 2 }), [{ result: null, id: 2 }])
})

test('a client that sends too fast is cut', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const client = await world.connect(context, '/public/ws')
  for (let id = 0; id < 10; id++) await client.ask({ method: 'LIST_SUBSCRIPTIONS', id })
  world.pass(1000)
  for (let id = 0; id < 10; id++) await client.ask({ method: 'LIST_SUBSCRIPTIONS', id })
  client.web.send('{}')
  assert.equal(await client.end(), 1008)
  assert.equal(world.sockets.size, 0)
})

test('a client is pinged, cut when it does not answer, and cut after a day', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const alive = await world.connect(context, '/public/ws/btcusdt@trade')
  const silent = new WebSocket(`ws://127.0.0.1:${world.port}/public/ws`, { autoPong: false })
  await once(silent, 'open')
  const cut = once(silent, 'close')
  for (let minute = 0; minute < 15; minute += 3) {
    world.pass(3 * 60_000)
    await once(alive.web, 'ping')
    // The answer needs a turn to arrive.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await cut
  assert.equal(alive.closed, 0)
  world.pass(24 * 3_600_000)
  assert.equal(await alive.end(), 1001)
})

test('an address that connects too often, and a path that nobody serves, get no socket', async (context) => {
  const world = new SocketWorld()
  await world.listen(context, { ...FUTURES_SOCKETS, connectsMax: 2 })
  const statusOf = async (target: string): Promise<number> => {
    const web = new WebSocket(`ws://127.0.0.1:${world.port}${target}`)
    const [, response] = (await once(web, 'unexpected-response')) as [unknown, { statusCode: number }]
    web.on('error', () => undefined)
    web.terminate()
    return response.statusCode
  }
  assert.equal(await statusOf('/nowhere'), 404)
  await world.connect(context, '/public/ws')
  await world.connect(context, '/market/stream')
  assert.equal(await statusOf('/public/ws'), 429)
  world.pass(300_000)
  await world.connect(context, '/public/ws')
})

test('a client that never reads is cut, and others do not notice', async (context) => {
  const world = new SocketWorld({ rules: { backlogMax: 1 << 18 } })
  await world.listen(context)
  const healthy = await world.connect(context, '/public/ws/btcusdt@trade')
  const bytes = connect(world.port, '127.0.0.1')
  bytes.on('error', () => undefined)
  const head = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13'
  bytes.write(`GET /public/ws/btcusdt@trade HTTP/1.1\r\n${head}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`)
  await once(bytes, 'data')
  bytes.pause()
  assert.equal(world.sockets.size, 2)
  let rounds = 0
  while (world.sockets.size === 2 && rounds < 2000) {
    for (let i = 0; i < 100; i++) trade(world)
    await healthy.hear(100)
    rounds++
  }
  assert.equal(world.sockets.size, 1)
  assert.equal(healthy.closed, 0)
  bytes.destroy()
})

test('user events go to those who hold the key, wrapped with it, and only those that were asked for', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const key = world.keys.start(7, world.now)
  const paths = [
    `/private/ws?listenKey=${key}`,
    `/private/ws/${key}`,
    `/private/stream?listenKey=${key}`,
    `/private/ws?listenKey=${key}&events=ACCOUNT_UPDATE/TRADE_LITE`,
  ]
  const clients = await Promise.all(paths.map((path) => world.connect(context, path)))
  const late = await world.connect(context, '/private/stream?streams=')
  assert.deepEqual(await late.ask({ method: 'SUBSCRIBE', params: [key], id: 'a' }), [{ result: null, id: 'a' }])
  assert.equal(world.watched.get(7), 1)
  world.sockets.tell(8, 'ORDER_TRADE_UPDATE', '{"e":"ORDER_TRADE_UPDATE","of":"somebody else"}')
  world.sockets.tell(7, 'ORDER_TRADE_UPDATE', '{"e":"ORDER_TRADE_UPDATE"}')
  world.sockets.tell(7, 'ACCOUNT_UPDATE', '{"e":"ACCOUNT_UPDATE"}')
  const order = { e: 'ORDER_TRADE_UPDATE' }
  const account = { e: 'ACCOUNT_UPDATE' }
  const wrapped = [order, account].map((data) => ({ stream: key, data }))
  assert.deepEqual(await clients[0]?.hear(2), [order, account])
  assert.deepEqual(await clients[1]?.hear(2), [order, account])
  assert.deepEqual(await clients[2]?.hear(2), wrapped)
  assert.deepEqual(await clients[3]?.hear(1), [account])
  assert.deepEqual(await late.hear(2), wrapped)
})

test('a key runs out an hour after it was last extended: its holders are told and then hear nothing', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const key = world.keys.start(7, world.now)
  const client = await world.connect(context, `/private/ws/${key}`)
  for (let minute = 0; minute < 100; minute += 5) {
    world.pass(5 * 60_000)
    await once(client.web, 'ping')
    if (minute === 50) world.keys.extend(7, world.now)
    await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: minute })
  }
  world.sockets.tell(7, 'TRADE_LITE', '{"e":"TRADE_LITE"}')
  assert.deepEqual(await client.hear(1), [{ e: 'TRADE_LITE' }])
  world.pass(15 * 60_000)
  const E = world.now / 1000
  assert.deepEqual(await client.hear(1), [{ e: 'listenKeyExpired', E, listenKey: key }])
  assert.equal(world.watched.get(7), 0)
  world.sockets.tell(7, 'TRADE_LITE', '{"e":"TRADE_LITE"}')
  assert.deepEqual(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }), [{ result: [key], id: 1 }])
})

test('a key that its owner has ended brings nothing more', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const client = await world.connect(context, `/private/ws/${world.keys.start(7, world.now)}`)
  world.keys.close(7)
  world.sockets.tell(7, 'TRADE_LITE', '{"e":"TRADE_LITE"}')
  assert.notEqual(world.keys.start(7, world.now), '')
  world.sockets.tell(7, 'TRADE_LITE', '{"e":"TRADE_LITE"}')
  const [answer] = await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
  assert.equal((answer as { id: number }).id, 1)
})

test('spot says that it closes', async (context) => {
  const world = new SocketWorld({ market: 'spot' })
  await world.listen(context)
  const raw = await world.connect(context, '/ws/btcusdt@trade')
  const wrapped = await world.connect(context, '/stream')
  world.sockets.close(1001)
  const event = { e: 'serverShutdown', E: MILLIS }
  assert.deepEqual(await raw.hear(1), [event])
  assert.deepEqual(await wrapped.hear(1), [{ stream: '!serverShutdown', data: event }])
  assert.equal(await raw.end(), 1001)
})

test('an unknown key opens a socket that stays silent', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const client = await world.connect(context, `/private/ws/${'z'.repeat(64)}`)
  assert.deepEqual(await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 1 }), [{ result: ['z'.repeat(64)], id: 1 }])
})
