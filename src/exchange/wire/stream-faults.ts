/**
 * Ordered faults on stream messages: lost, repeated, swapped with the next, or muted for a while. Pings are answered all the
 * same: a muted stream looks alive.
 * In: messages on their way to the sockets. Out: what the faults leave of them. User events are struck as stream `user`.
 */
import type { FaultBoard } from './faults.ts'

/** Where messages go: the sockets of a venue. */
export interface StreamTarget {
  publish(stream: number, text: string): void
  tell(account: number, event: string, text: string): void
}

export interface StreamFaultOptions {
  readonly target: StreamTarget
  readonly board: FaultBoard
  readonly venue: string
  readonly nameOf: (stream: number) => string
  /** Venue time, microseconds. */
  readonly now: () => number
}

/** Name by which faults know user events. */
const USER = 'user'
const KINDS = ['lose', 'repeat', 'swap', 'mute']

export class FaultyStreams implements StreamTarget {
  readonly #options: StreamFaultOptions
  /** Beginnings of stream names that are silent, and until when. */
  #mutes: { readonly path: string; readonly until: number }[] = []
  /** Messages that wait for the next of their stream. */
  readonly #held = new Map<string, () => void>()

  constructor(options: StreamFaultOptions) {
    this.#options = options
  }

  publish(stream: number, text: string): void {
    const { target, board } = this.#options
    if (board.isEmpty && this.#mutes.length === 0 && this.#held.size === 0) target.publish(stream, text)
    else this.#pass(this.#options.nameOf(stream), () => target.publish(stream, text))
  }

  tell(account: number, event: string, text: string): void {
    const { target, board } = this.#options
    if (board.isEmpty && this.#mutes.length === 0 && this.#held.size === 0) target.tell(account, event, text)
    else this.#pass(USER, () => target.tell(account, event, text))
  }

  #pass(name: string, send: () => void): void {
    const { board, venue, now } = this.#options
    if (this.#mutes.length > 0) {
      this.#mutes = this.#mutes.filter(({ until }) => until > now())
      if (this.#mutes.some(({ path }) => name.startsWith(path))) return
    }
    const fault = board.strike(KINDS, venue, '', name)
    if (fault?.kind === 'lose') return
    if (fault?.kind === 'mute') {
      this.#mutes.push({ path: fault.path, until: now() + fault.milliseconds * 1000 })
      return
    }
    if (fault?.kind === 'swap' && !this.#held.has(name)) {
      this.#held.set(name, send)
      return
    }
    send()
    if (fault?.kind === 'repeat') send()
    const held = this.#held.get(name)
    if (held === undefined) return
    this.#held.delete(name)
    held()
  }
}
