/**
 * The streams that somebody has asked for: each name once, with its number, its meaning and how many listen.
 * In: names. Out: streams. Owns: the numbers, which stay with their names for ever; there are only as many names as markets
 * times kinds. Refuses: names that mean nothing, with -1.
 */
import type { DepthSeries } from './depth-series.ts'
import { readStreamName, type StreamMeaning, type StreamNames } from './stream-kinds.ts'

export interface Stream {
  readonly number: number
  readonly name: string
  readonly meaning: StreamMeaning
  listeners: number
  /** What was published last: an update id, trade id or time, by kind. */
  mark: number
  /** The same by instrument, for streams of all. */
  marks: Float64Array | undefined
  /** Of depth streams with listeners. */
  series: DepthSeries | undefined
}

/** Streams of one period, and when they are due next. */
export interface Beat {
  readonly period: number
  due: number
  readonly streams: Stream[]
}

export class StreamTable {
  readonly streams: Stream[] = []
  /** Periods in use, shortest first. */
  readonly beats: Beat[] = []
  readonly #names: StreamNames
  readonly #numbers = new Map<string, number>()

  constructor(names: StreamNames) {
    this.#names = names
  }

  /** The stream of that name, made if need be; undefined when the name means nothing. */
  find(name: string): Stream | undefined {
    const known = this.#numbers.get(name)
    if (known !== undefined) return this.streams[known]
    const meaning = readStreamName(name, this.#names)
    if (meaning === undefined) return undefined
    const stream: Stream = {
      number: this.streams.length,
      name,
      meaning,
      listeners: 0,
      mark: 0,
      marks: undefined,
      series: undefined,
    }
    this.streams.push(stream)
    this.#numbers.set(name, stream.number)
    return stream
  }

  /** Puts a stream on the beat of its period, which begins at `time`. */
  start(stream: Stream, time: number): void {
    const { period } = stream.meaning
    if (period === 0) return
    let beat = this.beats.find((each) => each.period === period)
    if (beat === undefined) {
      beat = { period, due: nextDue(period, time), streams: [] }
      this.beats.push(beat)
      this.beats.sort((one, other) => one.period - other.period)
    }
    if (beat.streams.length === 0) beat.due = nextDue(period, time)
    beat.streams.push(stream)
  }

  stop(stream: Stream): void {
    const beat = this.beats.find((each) => each.period === stream.meaning.period)
    const at = beat?.streams.indexOf(stream) ?? -1
    if (at !== -1) beat?.streams.splice(at, 1)
  }
}

/** The next multiple of the period behind `time`. */
export function nextDue(period: number, time: number): number {
  return (Math.floor(time / period) + 1) * period
}
