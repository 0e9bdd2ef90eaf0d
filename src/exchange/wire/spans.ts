/** Time bounds of queries: milliseconds in parameters, microseconds inside. */
import type { Reader } from './reader.ts'
import { refusal } from './refusal.ts'

const MILLI = 1000
const HOUR = 3_600_000_000
const DAY = 24 * HOUR
/** A bound in milliseconds holds for its whole millisecond. */
const REST_OF_MILLI = MILLI - 1

export interface Span {
  readonly from: number | undefined
  readonly to: number | undefined
}

/** startTime and endTime, either of which may be left out. */
export function readTimes(reader: Reader): Span {
  const from = reader.has('startTime') ? reader.integer('startTime', 0) * MILLI : undefined
  const to = reader.has('endTime') ? reader.integer('endTime', 0) * MILLI + REST_OF_MILLI : undefined
  if (from !== undefined && to !== undefined && from > to) reader.refuse(refusal('startAfterEnd'))
  return { from, to }
}

/** The same, at most `longest` microseconds apart. */
export function readSpan(reader: Reader, longest: number): Span {
  const span = readTimes(reader)
  if (span.from === undefined || span.to === undefined || span.to - span.from <= longest + REST_OF_MILLI) return span
  reader.refuse(longest < DAY ? refusal('tooLongSpan', longest / HOUR) : refusal('maxDays', longest / DAY))
  return span
}
