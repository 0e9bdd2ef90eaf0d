import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { BodySink, HttpReplyHead, HttpRequest } from '../live/ports.ts'
import { nodeHttp } from './http.ts'

function withServer(name: string, listener: RequestListener, body: (url: string) => Promise<void>): void {
  void test(name, async () => {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
}

function get(url: string, timeoutMs = 5000): HttpRequest {
  return { method: 'GET', url, headers: [], body: undefined, timeoutMs }
}

class Collector implements BodySink {
  head: HttpReplyHead | undefined
  text = ''

  async begin(head: HttpReplyHead): Promise<void> {
    this.head = head
  }

  async write(piece: Uint8Array): Promise<void> {
    this.text += Buffer.from(piece).toString()
  }
}

withServer(
  'a reply of any status is a reply, with its headers in lower case',
  (request, response) => {
    response
      .writeHead(418, { 'Retry-After': '7', 'X-Got': `${request.method} ${String(request.headers['x-sent'])}` })
      .end('no')
  },
  async (url) => {
    const outcome = await nodeHttp.request({ ...get(url), method: 'DELETE', headers: [['X-Sent', 'yes']] })
    assert.equal(outcome.kind, 'reply')
    assert.equal(outcome.status, 418)
    assert.equal(outcome.headers.get('retry-after'), '7')
    assert.equal(outcome.headers.get('x-got'), 'DELETE yes')
    assert.equal(Buffer.from(outcome.body).toString(), 'no')
  },
)

withServer(
  'a body is sent as it is',
  (request, response) => void request.pipe(response),
  async (url) => {
    const body = new Uint8Array([0, 255, 13, 10])
    const outcome = await nodeHttp.request({ ...get(url), method: 'POST', body })
    assert.ok(outcome.kind === 'reply')
    assert.deepEqual(outcome.body, body)
  },
)

withServer(
  'a sink gets the stored bytes of a success, and nothing of a failure',
  (request, response) => {
    if (request.url === '/missing') response.writeHead(404).end('not here')
    else if ((request.headers['accept-encoding'] ?? '').includes('gzip')) {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('stored'))
    } else response.writeHead(206).end('stored')
  },
  async (url) => {
    const sink = new Collector()
    const outcome = await nodeHttp.stream(get(url), sink)
    assert.ok(outcome.kind === 'reply')
    assert.equal(outcome.body.length, 0)
    assert.equal(sink.text, 'stored')
    assert.equal(sink.head?.status, 206)
    const unused = new Collector()
    const missing = await nodeHttp.stream(get(`${url}/missing`), unused)
    assert.ok(missing.kind === 'reply')
    assert.equal(Buffer.from(missing.body).toString(), 'not here')
    assert.equal(unused.head, undefined)
  },
)

withServer(
  'a compressed reply is read uncompressed',
  (_request, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('plain')),
  async (url) => {
    const outcome = await nodeHttp.request(get(url))
    assert.ok(outcome.kind === 'reply')
    assert.equal(Buffer.from(outcome.body).toString(), 'plain')
  },
)

withServer(
  'a connection that breaks after the request is unknown, never not-sent',
  (request, response) => {
    if (request.url === '/body') {
      response.writeHead(200, { 'Content-Length': '10' }).write('half')
      setImmediate(() => request.socket.destroy())
    } else request.socket.destroy()
  },
  async (url) => {
    assert.equal((await nodeHttp.request(get(url))).kind, 'unknown')
    const sink = new Collector()
    assert.equal((await nodeHttp.stream(get(`${url}/body`), sink)).kind, 'unknown')
  },
)

withServer(
  'silence is unknown after the timeout',
  () => undefined,
  async (url) => {
    assert.deepEqual(await nodeHttp.request(get(url, 50)), { kind: 'unknown', reason: 'nothing came for 0.05 s' })
  },
)

withServer(
  'an error of the sink passes through',
  (_request, response) => void response.end('x'),
  async (url) => {
    const failing: BodySink = {
      begin: async () => undefined,
      write: () => Promise.reject(new Error('disk full')),
    }
    await assert.rejects(nodeHttp.stream(get(url), failing), /^Error: disk full$/)
  },
)

void test('what fails before the first byte is not sent', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  assert.deepEqual(await nodeHttp.request(get(`http://127.0.0.1:${port}/`)), {
    kind: 'not-sent',
    reason: 'the connection was refused',
  })
  assert.equal((await nodeHttp.request(get('http://nowhere.invalid/'))).kind, 'not-sent')
  assert.equal((await nodeHttp.request(get('no address'))).kind, 'not-sent')
})
