/** How much of the time, and with how much of the equity, a run was in the market. Doubles: these are ratios, not money. */
import { figure, notAvailable } from './figures.ts'
import type { ExposureFacts } from './report-data.ts'

export class ExposureMeter {
  /** Value of all positions / equity, as of the last observation. */
  fraction = 0
  /** Value of each instrument's net position, in the report's asset. */
  readonly #values: Float64Array
  /** Signed base units (contracts' worth) held of each instrument. */
  readonly #held: Float64Array
  /** Worth of one base unit of an instrument in the report's asset. */
  readonly #worthOf: (instrument: number) => number
  readonly #open: Set<number> = new Set()
  #equity = 0
  #timeUs = Infinity
  #inMarketUs = 0
  #totalUs = 0
  #weighted = 0
  #max = 0

  /** Time is counted from the first observation on. */
  constructor(instruments: number, worthOf: (instrument: number) => number) {
    this.#values = new Float64Array(instruments)
    this.#held = new Float64Array(instruments)
    this.#worthOf = worthOf
  }

  /** The net position in an instrument is `held` base units from `timeUs` on. */
  position(timeUs: number, instrument: number, held: number): void {
    this.#advance(timeUs)
    this.#held[instrument] = held
    if (held === 0) this.#open.delete(instrument)
    else this.#open.add(instrument)
    this.#values[instrument] = Math.abs(held) * this.#worthOf(instrument)
    this.#refresh()
  }

  /** Values everything anew. */
  observe(timeUs: number, equity: number): void {
    if (this.#timeUs === Infinity) this.#timeUs = timeUs
    this.#advance(timeUs)
    this.#equity = equity
    for (const instrument of this.#open)
      this.#values[instrument] = Math.abs(this.#held[instrument] as number) * this.#worthOf(instrument)
    this.#refresh()
  }

  facts(): ExposureFacts {
    if (this.#totalUs === 0) {
      const none = notAvailable('no time passed')
      return { timeInMarket: none, average: none, max: figure(this.#max) }
    }
    return {
      timeInMarket: figure(this.#inMarketUs / this.#totalUs),
      average: figure(this.#weighted / this.#totalUs),
      max: figure(this.#max),
    }
  }

  #advance(timeUs: number): void {
    const passed = timeUs - this.#timeUs
    if (!(passed > 0)) return
    this.#timeUs = timeUs
    this.#totalUs += passed
    this.#weighted += this.fraction * passed
    if (this.#open.size > 0) this.#inMarketUs += passed
  }

  #refresh(): void {
    let value = 0
    for (const instrument of this.#open) value += this.#values[instrument] as number
    this.fraction = this.#equity > 0 ? value / this.#equity : 0
    if (this.fraction > this.#max) this.#max = this.fraction
  }
}
