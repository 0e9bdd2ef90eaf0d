/** Returns of equity over periods of one length (hours, days), summed up as they pass. */

/** A first or last period counts when the run covers at least this share of it. */
const WHOLE = 0.9

export class ReturnMeter {
  /** Length of a period in microseconds. */
  readonly periodUs: number
  /** Returns counted. */
  count = 0
  mean = 0
  /** True when equity at the beginning of a period was not positive: then there are no returns. */
  broke = false
  #squares = 0
  #downside = 0
  /** -1 before the first observation. */
  #period = -1
  #fromUs = 0
  #base: bigint
  #capital: bigint

  /** `equity` is the starting equity. */
  constructor(periodUs: number, equity: bigint) {
    this.periodUs = periodUs
    this.#base = equity
    this.#capital = equity
  }

  /**
   * Takes an observation: equity with transfers taken out, and equity as it is. The first one of a new period closes the
   * period before it. Periods without any observation are not counted.
   */
  observe(timeUs: number, equity: bigint, capital: bigint): void {
    const period = Math.floor(timeUs / this.periodUs)
    if (period === this.#period) return
    if (this.#period < 0) {
      this.#period = period
      this.#fromUs = timeUs
      return
    }
    this.#close((this.#period + 1) * this.periodUs, equity)
    this.#period = period
    this.#fromUs = timeUs
    this.#base = equity
    this.#capital = capital
  }

  /** Closes the last period if the run covers it. */
  finish(timeUs: number, equity: bigint): void {
    this.#close(timeUs, equity)
  }

  /** Standard deviation of the returns (n - 1). */
  get deviation(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.#squares / (this.count - 1))
  }

  /** Root of the mean square of the returns below zero. */
  get downsideDeviation(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.#downside / this.count)
  }

  #close(endUs: number, equity: bigint): void {
    if (endUs - this.#fromUs < this.periodUs * WHOLE) return
    if (this.#capital <= 0n) {
      this.broke = true
      return
    }
    const value = Number(equity - this.#base) / Number(this.#capital)
    this.count += 1
    const off = value - this.mean
    this.mean += off / this.count
    this.#squares += off * (value - this.mean)
    if (value < 0) this.#downside += value * value
  }
}
