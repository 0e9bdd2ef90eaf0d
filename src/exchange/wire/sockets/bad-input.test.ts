/** What clients send by mistake or to do harm: each is answered or cut, and nobody else notices. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { SocketWorld } from '../../../testing/socket-world.ts'
import { SELL } from '../../venue/requests.ts'
import { readApiRequest } from './api-message.ts'
import { readStreamPath } from './stream-path.ts'
import { answerStreamRequest, type Subscriber } from './stream-requests.ts'

/** Requests that are nearly right, and anything else. */
const request = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record(
      {
        method: fc.oneof(
          fc.constantFrom('SUBSCRIBE', 'UNSUBSCRIBE', 'SET_PROPERTY', 'GET_PROPERTY', '__proto__'),
          fc.jsonValue(),
        ),
        params: fc.oneof(fc.array(fc.oneof(fc.string(), fc.constant('btcusdt@trade'), fc.jsonValue())), fc.jsonValue()),
        id: fc.oneof(fc.nat(), fc.string(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
)

test('whatever is asked on a stream socket is answered with JSON, and names stay within their number', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 20 }), (texts) => {
      const names = new Set<string>()
      const subscriber: Subscriber = {
        combined: false,
        names,
        streamsMax: 5,
        subscribe: (name) => void names.add(name),
        unsubscribe: (name) => void names.delete(name),
      }
      for (const text of texts) {
        const answer = JSON.parse(answerStreamRequest(text, subscriber)) as Record<string, unknown>
        assert('result' in answer || ('code' in answer && 'msg' in answer))
        assert(names.size <= 5)
      }
    }),
  )
})

test('whatever is sent to the WebSocket API is a request or has a refusal', () => {
  fc.assert(
    fc.property(request, (text) => {
      const read = readApiRequest(text)
      assert.doesNotThrow(() => JSON.parse(read.id))
      assert('refusal' in read || typeof read.method === 'string')
    }),
  )
})

test('whatever is asked for as an address is read or has no streams', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('ws', 'stream', 'public', 'private', '%', '%zz', '?streams=', '&listenKey='),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const path = readStreamPath(`/${pieces.join('/')}`, { routed: true, unrouted: 1 })
      assert(path === undefined || Array.isArray(path.streams))
    }),
  )
})

test('broken frames, binary messages and floods of names end their connection or nothing at all', async (context) => {
  const world = new SocketWorld()
  await world.listen(context)
  const healthy = await world.connect(context, '/public/ws/btcusdt@trade')
  const names = Array.from({ length: 10_000 }, (_, i) => `coin${i}usdt@depth@100ms`)
  const greedy = await world.connect(context, '/public/ws')
  greedy.web.send(JSON.stringify({ method: 'SUBSCRIBE', params: names, id: 1 }))
  assert.equal(await greedy.end(), 1009)
  const many = await world.connect(context, '/public/ws')
  const [refused] = await many.ask({ method: 'SUBSCRIBE', params: names.slice(0, 2000), id: 1 })
  assert.equal((refused as { code: number }).code, 2)
  many.web.send(Buffer.from([1, 2, 3]))
  assert.deepEqual(await many.ask({ method: 'LIST_SUBSCRIPTIONS', id: 2 }), [{ result: [], id: 2 }])
  const huge = await world.connect(context, '/public/ws')
  huge.web.send('x'.repeat(1 << 20))
  assert.equal(await huge.end(), 1009)
  // A frame of the client that is not masked breaks the protocol.
  const bytes = connect(world.port, '127.0.0.1')
  bytes.on('error', () => undefined)
  const head = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13'
  bytes.write(`GET /public/ws HTTP/1.1\r\n${head}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`)
  await once(bytes, 'data')
  bytes.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]))
  bytes.resume()
  await once(bytes, 'close')
  const half = connect(world.port, '127.0.0.1')
  half.on('error', () => undefined)
  half.write(`GET /public/ws HTTP/1.1\r\n${head}\r\nSec-WebSocket-Key: short\r\n\r\n`)
  half.resume()
  await once(half, 'close')
  assert.equal(world.sockets.size, 2)
  world.venue.place({ side: SELL, price: 100 })
  world.venue.place({ price: 100 })
  assert.equal(((await healthy.hear(1))[0] as { e: string }).e, 'trade')
})
