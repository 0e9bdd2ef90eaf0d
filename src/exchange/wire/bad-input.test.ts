/** What clients should not send, over real connections: the venue answers, keeps nothing, and goes on. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { API_KEY, RestWorld } from '../../testing/rest-world.ts'

const MEGABYTE = 1 << 20
const ORDER = '/fapi/v1/order'
const LIMIT = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '76800' }

async function started(context: TestContext): Promise<RestWorld> {
  const world = new RestWorld(['BTCUSDT'])
  await world.listen(context)
  context.after(() => assert.deepEqual(world.faults, []))
  return world
}

/** Sends bytes as they are; resolves to what comes back until the connection ends. */
function raw(world: RestWorld, head: string, pieces = 0, piece = Buffer.alloc(0)): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(world.futuresUrl).port), '127.0.0.1')
    let heard = ''
    let left = pieces
    const send = (): void => {
      while (left > 0 && !socket.destroyed) {
        left--
        if (!socket.write(piece)) return void socket.once('drain', send)
      }
    }
    socket.on('data', (data: Buffer) => (heard += data.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
    socket.write(head)
    send()
  })
}

const codeOf = (body: unknown): number => (body as { code: number }).code

test('bodies of 50 MB are not read, whatever they claim to be', async (context) => {
  const world = await started(context)
  const before = process.memoryUsage()
  const piece = Buffer.alloc(MEGABYTE, 'a')
  const head = `POST ${ORDER} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n`
  const sized = `${head}content-length: ${50 * MEGABYTE}\r\n\r\n`
  const chunk = Buffer.concat([Buffer.from(`${MEGABYTE.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
  for (let i = 0; i < 4; i++) {
    // The reply may be lost with the connection that the client still writes to.
    assert.match(await raw(world, sized, 50, piece), /^(HTTP\/1\.1 413 |$)/)
    assert.match(await raw(world, `${head}transfer-encoding: chunked\r\n\r\n`, 50, chunk), /^(HTTP\/1\.1 413 |$)/)
  }
  assert.ok(process.memoryUsage().rss - before.rss < 64 * MEGABYTE)
  assert.equal((await world.get('/fapi/v1/ping')).status, 200)
})

test('heads that are no HTTP, or endless, end the connection', async (context) => {
  const world = await started(context)
  assert.match(await raw(world, 'ping\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await raw(world, `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 431 /)
  assert.equal((await world.get('/fapi/v1/ping')).status, 200)
})

test('JSON in a body is no parameter', async (context) => {
  const world = await started(context)
  for (const body of [JSON.stringify(LIMIT), '{"symbol":', '[]', 'null', '"', '\u0000']) {
    const headers = { 'X-MBX-APIKEY': API_KEY, 'content-type': 'application/json' }
    const reply = await fetch(world.futuresUrl + ORDER, { method: 'POST', headers, body })
    assert.equal(reply.status, 400)
    assert.equal(codeOf(await reply.json()), -1102)
  }
})

test('values of every wrong kind are refused, and nothing is placed', async (context) => {
  const world = await started(context)
  const values = ['', ' ', 'NaN', 'Infinity', '-1', '1e400', '0x10', '1,0', 'null', '{}', '[]', '💥', 'a'.repeat(5000)]
  for (const name of Object.keys(LIMIT)) {
    for (const value of values) {
      const told = await world.call('POST', ORDER, { ...LIMIT, [name]: value })
      assert.equal(told.status, 400, `${name}=${value} ${told.text}`)
      assert.ok(codeOf(told.body) < 0)
    }
    world.pass(60_000_000)
  }
  assert.deepEqual((await world.call('GET', '/fapi/v1/openOrders')).body, [])
})

test('a replayed request is refused once its time is over', async (context) => {
  const world = await started(context)
  const told = await world.call('POST', ORDER, { ...LIMIT, newClientOrderId: 'once' })
  assert.equal(told.status, 200)
  // Within the window only the client id tells the same request from a new one.
  assert.equal(codeOf((await world.call('POST', ORDER, { ...LIMIT, newClientOrderId: 'once' })).body), -4116)
  world.pass(5_001_000)
  const late = { ...LIMIT, timestamp: undefined }
  assert.equal(codeOf((await world.call('POST', ORDER, late, world.time - 5_001_000)).body), -1021)
})

test('others are served while one sends rubbish', async (context) => {
  const world = await started(context)
  let isOver = false
  const flood = async (): Promise<void> => {
    while (!isOver) {
      const wrong = `symbol=BTCUSDT&timestamp=${world.time / 1000}&signature=${'0'.repeat(64)}`
      await fetch(`${world.futuresUrl}/fapi/v1/order/test?${wrong}`, {
        method: 'POST',
        headers: { 'X-MBX-APIKEY': API_KEY },
        body: 'x'.repeat(100_000),
      }).then((reply) => reply.text())
      world.pass(1_000_000)
    }
  }
  const floods = [flood(), flood(), flood()]
  for (let i = 0; i < 50; i++) {
    const told = await world.call('POST', ORDER, { ...LIMIT, newOrderRespType: 'RESULT' })
    assert.equal(told.status, 200, told.text)
  }
  isOver = true
  await Promise.all(floods)
})
