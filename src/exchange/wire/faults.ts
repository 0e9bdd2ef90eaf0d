/**
 * Faults that the operator of the box orders, so that clients can be tried against them.
 *
 * In: orders for faults, and what passes by: requests and stream messages. Out: the fault that strikes it, if any. Owns: the
 * list. A fault strikes what its `venue`, `method`, `path` or `stream` name, as often as `count` says, in the order in which
 * faults were ordered. Nothing strikes on its own: without orders the box has no faults.
 */

/** Of requests: before they are executed, or after, when the client hears something else or nothing. */
export type RequestFault = 'drop-before' | 'drop-after' | 'delay-before' | 'delay-after' | 'refuse' | 'mask' | 'stale'
/** Of messages on market and user streams. */
export type StreamFault = 'lose' | 'repeat' | 'swap' | 'mute'

export const REQUEST_FAULTS: readonly RequestFault[] = [
  'drop-before',
  'drop-after',
  'delay-before',
  'delay-after',
  'refuse',
  'mask',
  'stale',
]
export const STREAM_FAULTS: readonly StreamFault[] = ['lose', 'repeat', 'swap', 'mute']

/** A fault as it is ordered. */
export interface FaultOrder {
  readonly kind: RequestFault | StreamFault
  /** `futures` or `spot`; empty for both. */
  readonly venue: string
  /** Of requests: empty for any. */
  readonly method: string
  /** What the path of a request, or the name of a stream, begins with; empty for any. */
  readonly path: string
  /** How often it strikes. */
  readonly count: number
  /** Of delays; of `mute` how long it lasts. */
  readonly milliseconds: number
  /** Of `refuse` and `mask`: what the client hears instead. */
  readonly status: number
  readonly code: number
  readonly message: string
}

export interface Fault extends FaultOrder {
  readonly id: number
  /** Times that it may still strike. */
  readonly left: number
}

interface Ordered {
  readonly order: FaultOrder
  readonly id: number
  left: number
}

export class FaultBoard {
  #ordered: Ordered[] = []
  #nextId = 1

  /** Whether nothing is ordered. */
  get isEmpty(): boolean {
    return this.#ordered.length === 0
  }

  /** Orders a fault; returns its id. */
  add(order: FaultOrder): number {
    const id = this.#nextId++
    this.#ordered.push({ order, id, left: order.count })
    return id
  }

  /** Takes a fault back; 0 takes all. */
  remove(id: number): void {
    this.#ordered = id === 0 ? [] : this.#ordered.filter((ordered) => ordered.id !== id)
  }

  /** What is still to strike. */
  list(): readonly Fault[] {
    return this.#ordered.map(({ order, id, left }) => ({ ...order, id, left }))
  }

  /** The first fault of one of these kinds that strikes this request or stream message; it is used up by one. */
  strike(kinds: readonly string[], venue: string, method: string, path: string): FaultOrder | undefined {
    if (this.#ordered.length === 0) return undefined
    const found = this.#ordered.find(
      ({ order }) =>
        kinds.includes(order.kind) &&
        (order.venue === '' || order.venue === venue) &&
        (order.method === '' || order.method === method) &&
        path.startsWith(order.path),
    )
    if (found === undefined) return undefined
    found.left--
    if (found.left <= 0) this.remove(found.id)
    return found.order
  }
}
