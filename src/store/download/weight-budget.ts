/**
 * Keeps requests within a share of the venue's limit. Windows are those of the wall clock, as the venue's are; what others
 * at the same address use is learned from the venue's own count in its replies.
 */
import type { Clock } from '../../live/ports.ts'
import type { OnWait } from './patient-get.ts'
import type { RateLimit } from './rest-weights.ts'

/** Waited beyond a window's end, because the venue's clock may be behind ours. */
const MARGIN_MS = 500

export class WeightBudget {
  readonly #clock: Clock
  readonly #limit: RateLimit
  readonly #onWait: OnWait
  #window = -1
  #used = 0

  constructor(clock: Clock, limit: RateLimit, onWait: OnWait) {
    this.#clock = clock
    this.#limit = limit
    this.#onWait = onWait
  }

  /** Takes `weight` of the current window, or waits for the next one until there is room. */
  async take(weight: number): Promise<void> {
    for (;;) {
      const now = this.#enter()
      // A request heavier than the whole share goes alone.
      if (this.#used === 0 || this.#used + weight <= this.#limit.weight) {
        this.#used += weight
        return
      }
      const wait = (this.#window + 1) * this.#limit.windowMs - now + MARGIN_MS
      this.#onWait('this minute’s share of the venue’s request limit is used up', wait)
      await this.#clock.sleep(wait)
    }
  }

  /** Learns what the venue has counted for this address in the current window. */
  observe(used: number): void {
    this.#enter()
    this.#used = Math.max(this.#used, used)
  }

  /** Begins a new window when it is time; returns now, in milliseconds. */
  #enter(): number {
    const now = this.#clock.nowMicros() / 1000
    const window = Math.floor(now / this.#limit.windowMs)
    if (window !== this.#window) {
      this.#window = window
      this.#used = 0
    }
    return now
  }
}
