/** Clients with something to be written: all that one turn of the event loop brings a client leaves in one write. */
import type { Connection } from './connection.ts'

/** Clients that are written to before others may be heard: an order shall not wait until everybody has the news. */
const CLIENTS_PER_TURN = 2

export class Outbox {
  readonly #defer: (run: () => void) => void
  #waiting: Connection[] = []

  /** `defer` runs something at the end of the present turn. */
  constructor(defer: (run: () => void) => void) {
    this.#defer = defer
  }

  /** Writes what the connection has, at the end of this turn or, where many wait, of one of the next. */
  queue(connection: Connection): void {
    if (connection.waiting) return
    connection.waiting = true
    this.#waiting.push(connection)
    if (this.#waiting.length === 1) this.#defer(() => this.#flush())
  }

  #flush(): void {
    const due = this.#waiting.splice(0, CLIENTS_PER_TURN)
    // Set before the writes: those who queue meanwhile find that somebody waits, or begin anew.
    if (this.#waiting.length > 0) this.#defer(() => this.#flush())
    for (const connection of due) connection.flush()
  }
}
