/** Clients with something to be written: all that one turn of the event loop brings a client leaves in one write. */
import type { Connection } from './connection.ts'

export class Outbox {
  readonly #defer: (run: () => void) => void
  #waiting: Connection[] = []

  /** `defer` runs something at the end of the present turn. */
  constructor(defer: (run: () => void) => void) {
    this.#defer = defer
  }

  /** Writes what the connection has, at the end of this turn. */
  queue(connection: Connection): void {
    if (connection.waiting) return
    connection.waiting = true
    this.#waiting.push(connection)
    if (this.#waiting.length === 1) this.#defer(() => this.#flush())
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const connection of waiting) connection.flush()
  }
}
