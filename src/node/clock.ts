/** The machine's clock. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../live/ports.ts'

/** Milliseconds that one timer can wait; longer waits are made of several. */
const TIMER_MAX_MS = 2 ** 31 - 1

/** Wall clock and timers of this process. A wait keeps the process alive. */
export const systemClock: Clock = {
  nowMicros() {
    // timeOrigin + now() would drift from the wall clock when that is corrected; milliseconds are what the platform gives.
    return Date.now() * 1000
  },
  async sleep(milliseconds) {
    for (let left = milliseconds; left > 0; left -= TIMER_MAX_MS) await wait(Math.min(left, TIMER_MAX_MS))
  },
}
