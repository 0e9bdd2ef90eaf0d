/**
 * Clients that nobody wants, for the exchange in a process of its own: each load sends one kind of rubbish at a pace that no
 * venue allows, from a loopback address of its own, and counts what it is told. Nothing here judges the answers.
 */
import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** What the loads are aimed at: addresses of the futures venue, and a key of an account that is theirs. */
export interface HostileTarget {
  readonly rest: string
  readonly streams: string
  readonly messages: string
  readonly apiKey: string
  readonly secret: string
  readonly symbols: readonly string[]
}

/** Answers by how they read (`400 -1022`: status and code), with how often each came. */
export type Tally = Readonly<Record<string, number>>

export interface HostileLoad {
  readonly name: string
  readonly run: (target: HostileTarget, seconds: number) => Promise<Tally>
}

/** Requests a second of loads that are requests: five times what one address may send. */
const REQUESTS_PER_SECOND = 200
const BODIES_PER_SECOND = 10
const BODY_MEGABYTES = 50
const MEGABYTE = 1 << 20
const BEAT_MS = 20
const DEAF_CLIENTS = 40
const GREEDY_CLIENTS = 10
const STREAMS_EACH = 1000
/** A stream name more than this on one connection is refused. */
const STREAMS_MAX = 1024
const DEPTHS = ['', '5', '10', '20'].flatMap((levels) =>
  ['', '@100ms', '@500ms'].map((pace) => `depth${levels}${pace}`),
)
const ORDER = '/fapi/v1/order'
const LIMIT = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '10' }
/** So long that a busy machine makes no replay of what is meant to be something else. */
const WINDOW = { recvWindow: '60000' }
const WRONG_VALUES = ['', ' ', 'NaN', '-1', '1e400', '0x10', '1,0', 'null', '{}', '[]', '"', 'a'.repeat(5000)]
const BROKEN = ['{"method":', '[', '{"id":1,"method":"order.place","params":{', '"', '\u0000', 'null', '[[[[[[[[']

/** All of them, in the order in which they are usually run. */
export const HOSTILE_LOADS: readonly HostileLoad[] = [
  { name: 'malformed JSON', run: malformedJson },
  { name: '50 MB bodies', run: largeBodies },
  { name: 'wrong types and unknown fields', run: wrongValues },
  { name: 'clients that never read', run: deafClients },
  { name: '10,000 subscriptions', run: manySubscriptions },
  { name: 'bad signatures', run: badSignatures },
  { name: 'replayed timestamps', run: replays },
]

/** Counts answers. */
class Count {
  readonly tally: Record<string, number> = {}

  add(answer: string): void {
    this.tally[answer] = (this.tally[answer] ?? 0) + 1
  }
}

/** The loopback address of a load: limits are kept by address. Other systems than Linux have one such address only. */
function addressOf(last: number): { readonly localAddress?: string } {
  return process.platform === 'linux' ? { localAddress: `127.0.0.${last}` } : {}
}

/** Kept connections that send requests and count statuses and codes. */
class Sender {
  readonly count: Count
  readonly #agent: Agent
  readonly #target: HostileTarget

  constructor(target: HostileTarget, last: number, count: Count = new Count()) {
    this.#target = target
    this.#agent = new Agent({ keepAlive: true, maxSockets: 16, ...addressOf(last) })
    this.count = count
  }

  send(method: string, path: string, type: string, body: string): Promise<void> {
    return new Promise((resolve) => {
      const headers = { 'X-MBX-APIKEY': this.#target.apiKey, 'content-type': type }
      const asked = request(`${this.#target.rest}${path}`, { method, agent: this.#agent, headers }, (reply) => {
        let text = ''
        reply.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        reply.on('end', () => {
          this.count.add(`${reply.statusCode ?? 0} ${codeOf(text)}`)
          resolve()
        })
      })
      asked.on('error', () => {
        this.count.add('cut')
        resolve()
      })
      asked.end(body)
    })
  }

  /** Sends parameters with a signature; `change` alters the signed text before it goes out. */
  signed(parameters: Readonly<Record<string, string>>, change = (text: string): string => text): Promise<void> {
    const query = new URLSearchParams(parameters).toString()
    const signature = createHmac('sha256', this.#target.secret).update(query).digest('hex')
    return this.send('POST', `${ORDER}?${change(`${query}&signature=${signature}`)}`, 'text/plain', '')
  }

  end(): void {
    this.#agent.destroy()
  }
}

/** Calls `send` so often a second for so many seconds, and waits for the last answer. */
async function paced(seconds: number, perSecond: number, send: (turn: number) => Promise<void>): Promise<void> {
  const start = performance.now()
  const open = new Set<Promise<void>>()
  for (let turn = 0; performance.now() - start < seconds * 1000;) {
    const due = ((performance.now() - start) / 1000) * perSecond
    // Answers that do not come keep back what would be sent.
    for (; turn < due && open.size < perSecond; turn++) {
      const answered: Promise<void> = send(turn).finally(() => open.delete(answered))
      open.add(answered)
    }
    await sleep(BEAT_MS)
  }
  await Promise.all(open)
}

async function malformedJson(target: HostileTarget, seconds: number): Promise<Tally> {
  const sender = new Sender(target, 10)
  const { count } = sender
  const api = await opened(target.messages, 10)
  api.on('message', (data: Buffer) => count.add(`WebSocket API ${codeOf(data.toString())}`))
  const stream = await opened(`${target.streams}/public/ws`, 10)
  stream.on('message', (data: Buffer) => count.add(`stream ${codeOf(data.toString())}`))
  await paced(seconds, REQUESTS_PER_SECOND, async (turn) => {
    const text = BROKEN[turn % BROKEN.length] ?? ''
    api.send(text)
    // More than ten a second would end the connection, which is another load's business.
    if (turn % (REQUESTS_PER_SECOND / 5) === 0) stream.send(text)
    await sender.send('POST', ORDER, 'application/json', text)
  })
  await sleep(BEAT_MS * 5)
  api.terminate()
  stream.terminate()
  sender.end()
  return count.tally
}

async function largeBodies(target: HostileTarget, seconds: number): Promise<Tally> {
  const count = new Count()
  const piece = Buffer.alloc(MEGABYTE, 'a')
  const port = Number(new URL(target.rest).port)
  await paced(seconds, BODIES_PER_SECOND, async () => {
    count.add(await largeBody(port, piece))
  })
  return count.tally
}

/** Sends 50 MB, or as much of it as anybody takes. The reply may be lost with the connection that is still written to. */
function largeBody(port: number, piece: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', ...addressOf(11) })
    let heard = ''
    let left = BODY_MEGABYTES
    const send = (): void => {
      while (left > 0 && !socket.destroyed) {
        left--
        if (!socket.write(piece)) return void socket.once('drain', send)
      }
    }
    socket.on('data', (data: Buffer) => (heard += data.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 'cut'))
    socket.write(`POST ${ORDER} HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY_MEGABYTES * MEGABYTE}\r\n\r\n`)
    send()
  })
}

async function wrongValues(target: HostileTarget, seconds: number): Promise<Tally> {
  const sender = new Sender(target, 12)
  const names = Object.keys(LIMIT)
  await paced(seconds, REQUESTS_PER_SECOND, async (turn) => {
    const wrong = WRONG_VALUES[turn % WRONG_VALUES.length] ?? ''
    // One in so many has nothing wrong but a field that nobody knows, and is worth too little.
    const name = names[turn % (names.length + 1)]
    const known = name === undefined ? {} : { [name]: wrong }
    await sender.signed({ ...LIMIT, ...known, [`field${turn}`]: wrong, ...WINDOW, timestamp: String(Date.now()) })
  })
  sender.end()
  return sender.count.tally
}

async function badSignatures(target: HostileTarget, seconds: number): Promise<Tally> {
  const sender = new Sender(target, 15)
  const changes = [
    (text: string): string => text.replace('BUY', 'SELL'),
    (text: string): string => text.replace(/[0-9a-f]{64}$/, '0'.repeat(64)),
    (text: string): string => text.slice(0, -1),
    (text: string): string => `quantity=1&${text}`,
  ]
  await paced(seconds, REQUESTS_PER_SECOND, async (turn) => {
    await sender.signed({ ...LIMIT, ...WINDOW, timestamp: String(Date.now()) }, changes[turn % changes.length])
  })
  sender.end()
  return sender.count.tally
}

/** Requests of ten seconds ago, rightly signed, and some from the future. */
async function replays(target: HostileTarget, seconds: number): Promise<Tally> {
  const sender = new Sender(target, 16)
  await paced(seconds, REQUESTS_PER_SECOND, async (turn) => {
    const off = turn % 10 === 0 ? 10_000 : -10_000
    await sender.signed({ ...LIMIT, timestamp: String(Date.now() + off) })
  })
  sender.end()
  return sender.count.tally
}

/** Subscribed to every depth of every market, and never reading. Told: how many were cut in that time. */
async function deafClients(target: HostileTarget, seconds: number): Promise<Tally> {
  const count = new Count()
  const params = streamNames(target.symbols)
  const clients = await Promise.all(
    Array.from({ length: DEAF_CLIENTS }, () => opened(`${target.streams}/public/stream`, 13)),
  )
  for (const client of clients) {
    client.send(JSON.stringify({ method: 'SUBSCRIBE', params, id: 1 }))
    client.pause()
  }
  await sleep(seconds * 1000)
  await Promise.all(clients.map(async (client) => count.add((await hasEnded(client)) ? 'cut' : 'open')))
  return count.tally
}

/** Whether the other side ends the connection once all that was sent is read. */
async function hasEnded(client: WebSocket): Promise<boolean> {
  const ended = new Promise<true>((resolve) => client.on('close', () => resolve(true)))
  client.resume()
  const isOver = await Promise.race([ended, sleep(3000, false)])
  client.terminate()
  return isOver
}

/** Ten thousand names over ten connections that read, and on each an attempt to have more than a connection may. */
async function manySubscriptions(target: HostileTarget, seconds: number): Promise<Tally> {
  const count = new Count()
  const known = streamNames(target.symbols)
  const names = [...known, ...Array.from({ length: STREAMS_EACH - known.length }, (_, i) => `coin${i}usdt@depth`)]
  const tooMany = Array.from({ length: STREAMS_MAX + 1 - STREAMS_EACH }, (_, i) => `more${i}usdt@depth`)
  const clients = await Promise.all(
    Array.from({ length: GREEDY_CLIENTS }, () => opened(`${target.streams}/public/ws`, 14)),
  )
  for (const client of clients) {
    client.on('message', (data: Buffer) => {
      // Answers are short, and begin unlike events.
      const text = data.length < 200 ? data.toString() : ''
      if (text.startsWith('{"result"')) count.add('subscribed')
      else if (text.startsWith('{"code"')) count.add(`code ${codeOf(text)}`)
    })
    client.send(JSON.stringify({ method: 'SUBSCRIBE', params: names, id: 1 }))
  }
  await paced(seconds, 2, async () => {
    for (const client of clients) client.send(JSON.stringify({ method: 'SUBSCRIBE', params: tooMany, id: 2 }))
  })
  for (const client of clients) client.terminate()
  return count.tally
}

function streamNames(symbols: readonly string[]): string[] {
  return symbols.flatMap((symbol) => [...DEPTHS, 'bookTicker'].map((kind) => `${symbol.toLowerCase()}@${kind}`))
}

function opened(url: string, last: number): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const options = { perMessageDeflate: false, skipUTF8Validation: true, ...addressOf(last) }
    const web = new WebSocket(url, options)
    web.on('error', reject)
    web.on('open', () => {
      web.off('error', reject).on('error', () => undefined)
      resolve(web)
    })
  })
}

/** The venue's code in an answer; empty where there is none. */
function codeOf(text: string): string {
  return /"code":(-?\d+)/.exec(text)?.[1] ?? ''
}
