/**
 * WebSockets on the ports of the REST servers: upgrade requests are taken up and handed to whoever serves their path.
 * In: an HTTP server. Out: connected clients. Refuses: unknown paths with 404, addresses that connect too often with 429.
 */
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { ByteStream } from './connection.ts'
import { INBOUND_BYTES_MAX, type SocketRules } from './socket-rules.ts'

type UpgradeRequest = Parameters<WebSocketServer['handleUpgrade']>[0]
type UpgradeListener = (request: UpgradeRequest, bytes: ByteStream, head: Buffer) => void

/** Node's HTTP server, as far as upgrades go. */
export interface UpgradingServer {
  on(event: 'upgrade', listener: UpgradeListener): unknown
  off(event: 'upgrade', listener: UpgradeListener): unknown
}

/** Takes up a client whose handshake is done. */
export type Acceptor = (web: WebSocket, bytes: ByteStream, address: string) => void

export interface UpgradeOptions {
  readonly server: UpgradingServer
  readonly rules: SocketRules
  /** Who serves a request's target; undefined for nobody. */
  readonly find: (target: string, address: string) => Acceptor | undefined
  /** Venue time, microseconds. */
  readonly now: () => number
}

/** Addresses that are remembered. */
const ADDRESSES_MAX = 10_000

/** Takes up WebSockets from now on; returns what ends that. */
export function takeUpgrades(options: UpgradeOptions): () => void {
  const web = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: INBOUND_BYTES_MAX,
    skipUTF8Validation: false,
  })
  const connects = new ConnectCounts(options.rules)
  const listener: UpgradeListener = (request, bytes, head) => {
    const address = request.socket.remoteAddress ?? ''
    const accept = options.find(request.url ?? '/', address)
    if (accept === undefined) return refuse(bytes, '404 Not Found')
    if (!connects.admit(address, options.now())) return refuse(bytes, '429 Too Many Requests')
    // A client that goes away in the middle of the handshake is no fault.
    bytes.on('error', () => bytes.destroy())
    web.handleUpgrade(request, bytes, head, (socket) => accept(socket, bytes, address))
  }
  options.server.on('upgrade', listener)
  return () => {
    options.server.off('upgrade', listener)
    web.close()
  }
}

function refuse(bytes: ByteStream, status: string): void {
  bytes.on('error', () => bytes.destroy())
  bytes.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Connections of each address in the present span. */
class ConnectCounts {
  readonly #rules: SocketRules
  readonly #counts = new Map<string, number>()
  #span = 0

  constructor(rules: SocketRules) {
    this.#rules = rules
  }

  admit(address: string, now: number): boolean {
    const span = Math.floor(now / this.#rules.connectSpan)
    if (span !== this.#span || this.#counts.size > ADDRESSES_MAX) this.#counts.clear()
    this.#span = span
    const count = (this.#counts.get(address) ?? 0) + 1
    this.#counts.set(address, count)
    return count <= this.#rules.connectsMax
  }
}
