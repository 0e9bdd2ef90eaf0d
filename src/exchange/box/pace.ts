/**
 * The market's own clock: when its next tick is due on the venue's clock.
 *
 * The venue's clock is that of the world outside, so that clients' timestamps, keys that expire and pings keep their
 * meaning; `speed` says how many ticks of the market pass on it. Halted, the market stands while timers still run.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import { TICK_US } from '../crowd/fair-values.ts'

/** Fastest pace: a day in a minute and a half. */
export const SPEED_MAX = 1000

const SPEED = 0
const NEXT = 1
const COUNT = 2

export class Pace {
  /** Speed, venue time of the next tick, ticks so far. */
  readonly #cells: Float64Array = new Float64Array(3)

  constructor(speed: number, time: number) {
    this.set(speed, time)
  }

  get speed(): number {
    return this.#cells[SPEED] as number
  }

  /** Venue time of the next tick, whole microseconds; infinite while halted. */
  get next(): number {
    return Math.ceil(this.#cells[NEXT] as number)
  }

  get ticks(): number {
    return this.#cells[COUNT] as number
  }

  /** From `time` on the market runs at this speed. */
  set(speed: number, time: number): void {
    this.#cells[SPEED] = speed
    this.#cells[NEXT] = speed === 0 ? Infinity : time + TICK_US / speed
  }

  /** Counts a tick, and sets when the next one is due unless this was one out of turn. */
  pass(inTurn: boolean): void {
    const cells = this.#cells
    cells[COUNT] = (cells[COUNT] as number) + 1
    if (inTurn) cells[NEXT] = (cells[NEXT] as number) + TICK_US / (cells[SPEED] as number)
  }

  save(writer: StateWriter): void {
    writer.begin('pace', 1)
    writer.f64s(this.#cells)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('pace', 1)
    reader.into(this.#cells)
    reader.end()
  }
}
