/**
 * Tells when streams fall silent: a connection may answer every ping and bring no data.
 *
 * In: that a stream was heard, and the time, which the caller brings. Out: the streams that are newly silent. Owns: when each
 * stream was heard last. A stream is silent once more than its timeout has passed, and no longer as soon as it is heard. What
 * follows is the caller's to do: a book, for one, is interrupted until the next diff shows that nothing was lost. Time that
 * runs back counts as none. Refuses timeouts that are not positive.
 */
export class SilenceWatch {
  /** 1 while the stream is silent. */
  readonly isSilent: Uint8Array
  /** How often streams fell silent so far. */
  silences = 0
  readonly #timeouts: Float64Array
  /** When each stream was heard last, microseconds; infinite while nobody expects anything of it. */
  readonly #heard: Float64Array

  /** `timeouts`: how long each stream may say nothing, microseconds; there are as many streams. */
  constructor(timeouts: Float64Array) {
    for (const [stream, timeout] of timeouts.entries())
      if (!(timeout > 0)) throw new RangeError(`stream ${stream}: a timeout of ${timeout} us is not positive`)
    this.#timeouts = timeouts.slice()
    this.#heard = new Float64Array(timeouts.length).fill(Number.POSITIVE_INFINITY)
    this.isSilent = new Uint8Array(timeouts.length)
  }

  /** From `time[0]` on something is expected of the stream: it was asked for, or its connection is there again. */
  begin(stream: number, time: Float64Array): void {
    this.#heard[stream] = time[0] as number
    this.isSilent[stream] = 0
  }

  /** Nothing is expected of the stream any more. */
  end(stream: number): void {
    this.#heard[stream] = Number.POSITIVE_INFINITY
    this.isSilent[stream] = 0
  }

  /** The stream was heard at `time[0]`. What comes after `end` changes nothing. */
  heard(stream: number, time: Float64Array): void {
    const now = time[0] as number
    const last = this.#heard[stream] as number
    if (last === Number.POSITIVE_INFINITY) return
    if (now > last) this.#heard[stream] = now
    this.isSilent[stream] = 0
  }

  /** Writes the streams that are newly silent at `time[0]` to `silent`, which has room for all; returns how many. */
  expire(time: Float64Array, silent: Int32Array): number {
    const now = time[0] as number
    let count = 0
    for (let stream = 0; stream < this.#heard.length; stream++) {
      if (this.isSilent[stream] === 1) continue
      if (now - (this.#heard[stream] as number) <= (this.#timeouts[stream] as number)) continue
      this.isSilent[stream] = 1
      silent[count++] = stream
    }
    this.silences += count
    return count
  }
}
