/**
 * Stream sockets of one venue: market data by stream name, and user data by listen key.
 *
 * In: clients that connect, messages of the feeds (`publish`, `tell`), the time (`tick`). Out: frames; all that one turn of
 * the event loop brings leaves in one write per client. Owns: who listens to what. A message becomes bytes once, however many
 * listen. Refuses: subscriptions beyond the rules; names that mean nothing are acknowledged and stay silent, as at the venue.
 */
import type { WebSocket } from 'ws'
import { millis } from '../../feeds/number-text.ts'
import { ROUTE } from '../../feeds/stream-kinds.ts'
import { Connection, type ByteStream } from './connection.ts'
import { textFrame } from './frames.ts'
import { Outbox } from './outbox.ts'
import type { SocketRules } from './socket-rules.ts'
import { isListenKey, readStreamPath, type PathHabits, type StreamPath } from './stream-path.ts'
import { answerStreamRequest, type Subscriber } from './stream-requests.ts'

/** What sockets need of the market feed. */
export interface StreamSource {
  open(name: string): number
  close(stream: number): void
  nameOf(stream: number): string
  routeOf(stream: number): number
}

/** Who reads user events: they are made for accounts that somebody watches. */
export interface AccountWatch {
  watch(account: number): void
  unwatch(account: number): void
}

/** Keys of user data, see the listen keys of the REST side. */
export interface KeySource {
  accountOf(key: string, time: number): number
  expire(time: number, tell: (key: string, account: number) => void): void
}

export interface StreamSocketOptions {
  readonly feed: StreamSource
  readonly rules: SocketRules
  readonly habits: PathHabits
  /** Undefined where user data does not go over streams. */
  readonly users: { readonly watch: AccountWatch; readonly keys: KeySource } | undefined
  /** Venue time, microseconds. */
  readonly now: () => number
  /** Runs something at the end of the present turn. */
  readonly defer: (run: () => void) => void
}

export class StreamSockets {
  readonly #options: StreamSocketOptions
  readonly #clients = new Set<StreamClient>()
  /** Clients by stream. */
  readonly #listeners: StreamClient[][] = []
  /** Clients by listen key, and the keys in use by account. */
  readonly #keyed = new Map<string, { readonly account: number; readonly clients: Set<StreamClient> }>()
  readonly #accounts = new Map<number, Set<string>>()
  readonly #outbox: Outbox

  constructor(options: StreamSocketOptions) {
    this.#options = options
    this.#outbox = new Outbox(options.defer)
  }

  /** Clients that are connected. */
  get size(): number {
    return this.#clients.size
  }

  /** What an address asks for; undefined where it has no streams. */
  read(target: string): StreamPath | undefined {
    return readStreamPath(target, this.#options.habits)
  }

  /** Takes up a client whose handshake is done. */
  accept(web: WebSocket, bytes: ByteStream, address: string, path: StreamPath): void {
    const { now, rules } = this.#options
    const connection = new Connection(web, bytes, address, rules, now())
    const client = new StreamClient(this, connection, path.route, path.combined, rules.streamsMax)
    this.#clients.add(client)
    web.on('message', (data, isBinary) => {
      if (!connection.admit(now()) || isBinary || !(data instanceof Buffer)) return
      connection.say(answerStreamRequest(data.toString('utf8'), client))
      this.#outbox.queue(connection)
    })
    web.on('ping', () => connection.admit(now()))
    web.on('pong', () => connection.answered())
    // What is wrong with a client's frames ends its connection and concerns nobody else.
    web.on('error', () => connection.cut())
    web.on('close', () => connection.ended())
    connection.onEnd = () => this.#forget(client)
    for (const name of path.streams.slice(0, rules.streamsMax)) client.subscribe(name)
    for (const { key, events } of path.keys) client.listen(key, events)
  }

  /** Sends a message of the market feed to those who listen. */
  publish(stream: number, text: string): void {
    const clients = this.#listeners[stream]
    if (clients === undefined || clients.length === 0) return
    let raw: Buffer | undefined
    let wrapped: Buffer | undefined
    for (let i = 0; i < clients.length; i++) {
      const client = clients[i] as StreamClient
      const frame = client.combined
        ? (wrapped ??= textFrame(`{"stream":"${this.#options.feed.nameOf(stream)}","data":${text}}`))
        : (raw ??= textFrame(text))
      client.connection.push(frame)
      if (!client.connection.waiting) this.#outbox.queue(client.connection)
    }
  }

  /** Sends a user event of an account to those who hold its key. `event` is its name. */
  tell(account: number, event: string, text: string): void {
    const { users, now } = this.#options
    for (const key of this.#accounts.get(account) ?? []) {
      // A key that its owner has ended is no longer known.
      if (users?.keys.accountOf(key, now()) === account) this.#tellKey(key, event, text)
    }
  }

  /** Pings, ages, and the end of listen keys; call it at least once a second. */
  tick(): void {
    const now = this.#options.now()
    for (const { connection } of this.#clients) connection.tick(now)
    this.#options.users?.keys.expire(now, (key) => {
      this.#tellKey(key, 'listenKeyExpired', `{"e":"listenKeyExpired","E":${millis(now)},"listenKey":"${key}"}`)
      for (const client of this.#keyed.get(key)?.clients ?? []) client.keyEnded(key)
      this.#endKey(key)
    })
  }

  /** Ends all connections; spot says so before. */
  close(code: number): void {
    const event = `{"e":"serverShutdown","E":${millis(this.#options.now())}}`
    for (const { connection, combined } of this.#clients) {
      if (!this.#options.habits.routed)
        connection.say(combined ? `{"stream":"!serverShutdown","data":${event}}` : event)
      connection.close(code, '')
    }
  }

  /** For clients: begins or ends to listen to a stream. Returns its number, -1 where it is silent here. */
  open(client: StreamClient, name: string): number {
    const { feed } = this.#options
    const stream = feed.open(name)
    if (stream === -1) return -1
    if ((feed.routeOf(stream) & client.route) === 0) {
      feed.close(stream)
      return -1
    }
    const clients = (this.#listeners[stream] ??= [])
    clients.push(client)
    return stream
  }

  shut(client: StreamClient, stream: number): void {
    this.#options.feed.close(stream)
    const clients = this.#listeners[stream] ?? []
    const at = clients.indexOf(client)
    if (at === -1) return
    clients[at] = clients[clients.length - 1] as StreamClient
    clients.pop()
  }

  /** For clients: begins to listen to a key. False where it is not valid: then nothing ever comes. */
  openKey(client: StreamClient, key: string): boolean {
    const { users, now } = this.#options
    const account = users?.keys.accountOf(key, now()) ?? -1
    if (account === -1) return false
    let entry = this.#keyed.get(key)
    if (entry === undefined) {
      entry = { account, clients: new Set() }
      this.#keyed.set(key, entry)
      const keys = this.#accounts.get(account) ?? new Set()
      this.#accounts.set(account, keys.add(key))
      users?.watch.watch(account)
    }
    entry.clients.add(client)
    return true
  }

  shutKey(client: StreamClient, key: string): void {
    const entry = this.#keyed.get(key)
    if (entry === undefined) return
    entry.clients.delete(client)
    if (entry.clients.size === 0) this.#endKey(key)
  }

  #endKey(key: string): void {
    const entry = this.#keyed.get(key)
    if (entry === undefined) return
    this.#keyed.delete(key)
    this.#options.users?.watch.unwatch(entry.account)
    const keys = this.#accounts.get(entry.account)
    keys?.delete(key)
    if (keys?.size === 0) this.#accounts.delete(entry.account)
  }

  #tellKey(key: string, event: string, text: string): void {
    for (const client of this.#keyed.get(key)?.clients ?? []) {
      if (!client.wants(key, event)) continue
      client.connection.say(client.combined ? `{"stream":"${key}","data":${text}}` : text)
      this.#outbox.queue(client.connection)
    }
  }

  #forget(client: StreamClient): void {
    client.end()
    this.#clients.delete(client)
  }
}

/** One client and what it listens to. */
class StreamClient implements Subscriber {
  readonly connection: Connection
  readonly route: number
  readonly streamsMax: number
  readonly names: Set<string> = new Set()
  combined: boolean
  readonly #sockets: StreamSockets
  readonly #streams = new Map<string, number>()
  /** Keys with the events they are wanted for. */
  readonly #keys = new Map<string, readonly string[] | undefined>()

  constructor(sockets: StreamSockets, connection: Connection, route: number, combined: boolean, streamsMax: number) {
    this.#sockets = sockets
    this.connection = connection
    this.route = route
    this.combined = combined
    this.streamsMax = streamsMax
  }

  subscribe(name: string): void {
    if (this.names.has(name)) return
    if (isListenKey(name)) return this.listen(name, undefined)
    this.names.add(name)
    const stream = this.#sockets.open(this, name)
    if (stream !== -1) this.#streams.set(name, stream)
  }

  unsubscribe(name: string): void {
    this.names.delete(name)
    const stream = this.#streams.get(name)
    if (stream !== undefined) this.#sockets.shut(this, stream)
    this.#streams.delete(name)
    if (this.#keys.delete(name)) this.#sockets.shutKey(this, name)
  }

  listen(key: string, events: readonly string[] | undefined): void {
    this.names.add(key)
    if ((this.route & ROUTE.private) === 0 || !this.#sockets.openKey(this, key)) return
    this.#keys.set(key, events)
  }

  wants(key: string, event: string): boolean {
    const events = this.#keys.get(key)
    return events === undefined || events.includes(event)
  }

  /** The key is no longer valid; the name stays in the list. */
  keyEnded(key: string): void {
    this.#keys.delete(key)
  }

  end(): void {
    for (const name of this.names) this.unsubscribe(name)
  }
}
