/** How far equity fell below its earlier peak, exactly, one observation after the other. */

/** The deepest fall seen, in money. */
export interface DeepestFall {
  /** 10^-18 of the asset; positive. */
  readonly amount: bigint
  /** Of the equity at the peak; 0 when that was not positive. */
  readonly fraction: number
  readonly peakUs: number
  readonly troughUs: number
  readonly recoveredUs: number | null
  readonly durationUs: number
}

interface Fall {
  readonly amount: bigint
  readonly fraction: number
  readonly peakUs: number
  readonly troughUs: number
  recoveredUs: number | null
}

export class DrawdownMeter {
  /** Largest fall as a fraction of its peak. */
  maxFraction = 0
  /** Fall at the newest observation, as a fraction of the peak. */
  fraction = 0
  #peak: bigint
  /** Infinity before the first observation. */
  #peakUs = Infinity
  #lastUs = 0
  #below = false
  #deepest: Fall | undefined
  #longestUs = 0

  /** The first peak is the starting equity, at the time of the first observation. */
  constructor(equity: bigint) {
    this.#peak = equity
  }

  /**
   * Takes the next observation: what the run itself made of the starting equity (transfers taken out), and the transfers,
   * because a fall is measured against all the money that was there.
   */
  observe(timeUs: number, equity: bigint, transfers: bigint): void {
    if (this.#peakUs === Infinity) this.#peakUs = timeUs
    this.#lastUs = timeUs
    if (equity >= this.#peak) {
      if (this.#below) this.#recover(timeUs)
      this.#peak = equity
      this.#peakUs = timeUs
      this.fraction = 0
      return
    }
    this.#below = true
    const amount = this.#peak - equity
    const base = this.#peak + transfers
    this.fraction = base > 0n ? Number(amount) / Number(base) : 0
    if (this.fraction > this.maxFraction) this.maxFraction = this.fraction
    if (this.#deepest === undefined || amount > this.#deepest.amount)
      this.#deepest = { amount, fraction: this.fraction, peakUs: this.#peakUs, troughUs: timeUs, recoveredUs: null }
  }

  /** Undefined when equity never fell. */
  get deepest(): DeepestFall | undefined {
    const fall = this.#deepest
    return fall && { ...fall, durationUs: (fall.recoveredUs ?? this.#lastUs) - fall.peakUs }
  }

  /** Longest time from a peak until it was reached again, or until now. */
  get longestUs(): number {
    return this.#below ? Math.max(this.#longestUs, this.#lastUs - this.#peakUs) : this.#longestUs
  }

  #recover(timeUs: number): void {
    this.#below = false
    this.#longestUs = Math.max(this.#longestUs, timeUs - this.#peakUs)
    if (this.#deepest?.peakUs === this.#peakUs && this.#deepest.recoveredUs === null) this.#deepest.recoveredUs = timeUs
  }
}
