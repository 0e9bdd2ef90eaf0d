/** A clock that stands still until somebody sleeps: waiting takes no time and is written down. */
import type { Clock } from '../live/ports.ts'

export class ManualClock implements Clock {
  /** Every wait so far, in milliseconds. */
  readonly waits: number[] = []
  #nowMs: number

  constructor(start: string) {
    this.#nowMs = Date.parse(start)
  }

  /** Milliseconds since 1970-01-01 UTC. */
  get nowMs(): number {
    return this.#nowMs
  }

  nowMicros(): number {
    return this.#nowMs * 1000
  }

  async sleep(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds)
    this.#nowMs += Math.max(0, milliseconds)
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Moves on to a later moment. */
  set(moment: string): void {
    this.#nowMs = Date.parse(moment)
  }
}
