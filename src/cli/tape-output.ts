/** A tape that a command writes: under its name only when it is whole, and gone when the work fails. */
import { canonicalJson } from '../core/canonical-json.ts'
import type { Instrument } from '../core/market/instrument.ts'
import { buildIdentity } from '../node/build-identity.ts'
import { systemClock } from '../node/clock.ts'
import { createTape, type TapeWriter } from '../node/tape-writer.ts'

export class TapeOutput {
  readonly #file: string
  #writer: TapeWriter | undefined

  constructor(file: string) {
    this.#file = file
  }

  /** Begins the tape once its instruments are known. */
  async open(instruments: readonly Instrument[]): Promise<TapeWriter> {
    const origin = { build: canonicalJson(buildIdentity()), createdAt: systemClock.nowMicros() }
    this.#writer = await createTape(this.#file, { instruments, origin })
    return this.#writer
  }

  /** Does `work`, which opens and seals the tape; removes the unfinished file when it fails. */
  async keepIfDone<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await this.#writer?.abandon()
      throw error
    }
  }
}
