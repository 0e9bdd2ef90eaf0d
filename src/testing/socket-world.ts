/** Stream sockets on loopback around a venue without money, for tests: its clock is turned by hand. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { MarketFeed } from '../exchange/feeds/market-feed.ts'
import { ROUTE } from '../exchange/feeds/stream-kinds.ts'
import { ListenKeys } from '../exchange/wire/listen-keys.ts'
import { FUTURES_SOCKETS, SPOT_SOCKETS, type SocketRules } from '../exchange/wire/sockets/socket-rules.ts'
import { StreamSockets } from '../exchange/wire/sockets/stream-sockets.ts'
import { takeUpgrades } from '../exchange/wire/sockets/upgrade.ts'
import { exampleInstrument } from './instruments.ts'
import { PlainVenue } from './plain-venue.ts'

/** Friday, 2026-11-20, in microseconds. */
export const SOCKET_START = 1_795_216_100_000_000

export interface SocketWorldOptions {
  readonly market?: 'futures' | 'spot'
  readonly rules?: Partial<SocketRules>
  readonly symbols?: readonly string[]
}

export class SocketWorld {
  readonly venue: PlainVenue
  readonly feed: MarketFeed
  readonly sockets: StreamSockets
  readonly keys: ListenKeys
  /** Accounts that somebody listens to, with how many. */
  readonly watched: Map<number, number> = new Map()
  port = 0

  constructor(options: SocketWorldOptions = {}) {
    const spot = options.market === 'spot'
    const rest = spot ? ({ venue: 'binance-spot', market: 'spot' } as const) : {}
    const symbols = options.symbols ?? ['BTCUSDT', 'ETHUSDT']
    this.venue = new PlainVenue(
      symbols.map((symbol) => exampleInstrument(symbol, rest)),
      SOCKET_START,
    )
    this.feed = new MarketFeed(this.venue, spot ? { market: 'spot' } : { market: 'futures', marks: () => undefined })
    let made = 0
    this.keys = new ListenKeys(() => `key${++made}`.padEnd(64, 'x'))
    const count = (account: number, by: number): void => {
      this.watched.set(account, (this.watched.get(account) ?? 0) + by)
    }
    const watch = {
      watch: (account: number): void => count(account, 1),
      unwatch: (account: number): void => count(account, -1),
    }
    this.sockets = new StreamSockets({
      feed: this.feed,
      rules: { ...(spot ? SPOT_SOCKETS : FUTURES_SOCKETS), ...options.rules },
      habits: { routed: !spot, unrouted: ROUTE.public },
      users: spot ? undefined : { watch, keys: this.keys },
      now: () => this.now,
      defer: (run) => setImmediate(run),
    })
    this.venue.told = () => this.feed.read(this.sockets)
  }

  get now(): number {
    return this.venue.time[0] as number
  }

  /** Lets milliseconds pass. */
  pass(millis: number): void {
    this.venue.time[0] = this.now + millis * 1000
    this.feed.advance(this.sockets)
    this.sockets.tick()
  }

  async listen(context: TestContext, rules: SocketRules = FUTURES_SOCKETS): Promise<void> {
    const server = createServer((_request, response) => response.end())
    const end = takeUpgrades({
      server,
      rules,
      find: (target) => {
        const path = this.sockets.read(target)
        if (path === undefined) return undefined
        return (web, bytes, address) => this.sockets.accept(web, bytes, address, path)
      },
      now: () => this.now,
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.port = (server.address() as AddressInfo).port
    context.after(() => {
      end()
      server.closeAllConnections()
      server.close()
    })
  }

  async connect(context: TestContext, target: string): Promise<SocketClient> {
    const client = new SocketClient(`ws://127.0.0.1:${this.port}${target}`)
    context.after(() => client.web.terminate())
    await once(client.web, 'open')
    return client
  }
}

/** A client that keeps what it hears. */
export class SocketClient {
  readonly web: WebSocket
  readonly heard: unknown[] = []
  /** Close code; 0 while open. */
  closed = 0

  #changed: () => void = () => undefined

  constructor(url: string) {
    this.web = new WebSocket(url)
    this.web.on('message', (data) => {
      this.heard.push(JSON.parse((data as Buffer).toString('utf8')))
      this.#changed()
    })
    this.web.on('close', (code) => {
      this.closed = code
      this.#changed()
    })
    this.web.on('error', () => undefined)
  }

  /** Sends a request and waits until `count` more messages came. */
  async ask(request: unknown, count = 1): Promise<unknown[]> {
    this.web.send(typeof request === 'string' ? request : JSON.stringify(request))
    return await this.hear(count)
  }

  /** The next `count` messages. */
  async hear(count: number): Promise<unknown[]> {
    while (this.heard.length < count && this.closed === 0) await this.#change()
    return this.heard.splice(0, count)
  }

  /** Waits for the connection to end; returns its close code. */
  async end(): Promise<number> {
    while (this.closed === 0) await this.#change()
    return this.closed
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve
    })
  }
}
