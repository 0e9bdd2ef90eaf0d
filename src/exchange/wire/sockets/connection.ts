/**
 * One client on a WebSocket: what it may still send, whether it is alive, and what waits to be written to it.
 *
 * In: frames (`push`), the client's messages, the time. Out: bytes, all frames of a turn in one write. Owns: the socket. Cuts:
 * clients that send too fast, do not answer pings, are too old, or let too much pile up.
 */
import type { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './frames.ts'
import { CLOSE, type SocketRules } from './socket-rules.ts'

/** The stream of bytes below a WebSocket, as an upgraded HTTP request hands it over. */
export type ByteStream = Parameters<WebSocketServer['handleUpgrade']>[1]

const SECOND = 1_000_000

export class Connection {
  readonly address: string
  /** Venue time, microseconds. */
  readonly openedAt: number
  /** True while its frames wait for the turn to end. */
  waiting = false
  closed = false
  /** Called once, when the connection ends for whatever reason. */
  onEnd: () => void = () => undefined
  readonly #web: WebSocket
  readonly #bytes: ByteStream
  readonly #rules: SocketRules
  readonly #frames: Buffer[] = []
  #size = 0
  #second = 0
  #inbound = 0
  #pingedAt: number
  /** When the first ping was sent that has not been answered; infinite when all were. */
  #unanswered = Number.POSITIVE_INFINITY

  constructor(web: WebSocket, bytes: ByteStream, address: string, rules: SocketRules, now: number) {
    this.#web = web
    this.#bytes = bytes
    this.address = address
    this.#rules = rules
    this.openedAt = now
    this.#pingedAt = now
  }

  /** Adds a frame to those that the next `flush` writes. */
  push(frame: Buffer): void {
    if (this.closed) return
    this.#frames.push(frame)
    this.#size += frame.length
  }

  say(text: string): void {
    this.push(textFrame(text))
  }

  /** Writes what waits, or cuts a client that does not read. */
  flush(): void {
    this.waiting = false
    const frames = this.#frames
    if (this.closed || frames.length === 0) return
    const bytes = this.#bytes
    if (bytes.writableLength + this.#size > this.#rules.backlogMax) return this.cut()
    bytes.cork()
    for (let i = 0; i < frames.length; i++) bytes.write(frames[i])
    bytes.uncork()
    frames.length = 0
    this.#size = 0
  }

  /** Counts something the client sent. False when that was one too many: it is cut then. */
  admit(now: number): boolean {
    const second = Math.floor(now / SECOND)
    if (second !== this.#second) {
      this.#second = second
      this.#inbound = 0
    }
    this.#inbound++
    if (this.#inbound <= this.#rules.inboundPerSecond) return true
    this.close(CLOSE.policy, 'Too many requests')
    return false
  }

  /** The client answered a ping, or sent a pong of its own. */
  answered(): void {
    this.#unanswered = Number.POSITIVE_INFINITY
  }

  /** Pings when it is time; cuts who is silent or too old. */
  tick(now: number): void {
    const { pingEvery, pongDeadline, life } = this.#rules
    if (now - this.openedAt >= life) return this.close(CLOSE.goingAway, '')
    if (now - this.#unanswered >= pongDeadline) return this.cut()
    if (now - this.#pingedAt < pingEvery) return
    this.#pingedAt = now
    this.#unanswered = Math.min(this.#unanswered, now)
    this.#web.ping(String(Math.floor(now / 1000)))
  }

  /** Says goodbye: what waits is written first. */
  close(code: number, reason: string): void {
    if (this.closed) return
    this.flush()
    this.#end()
    this.#web.close(code, reason)
  }

  /** Drops the connection and everything that waits for it. */
  cut(): void {
    this.#end()
    this.#web.terminate()
  }

  /** The other side is gone. */
  ended(): void {
    this.#end()
  }

  #end(): void {
    if (this.closed) return
    this.closed = true
    this.#frames.length = 0
    this.#size = 0
    this.onEnd()
  }
}
