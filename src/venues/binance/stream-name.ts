/** What the name of a stream says that its messages do not: how deep a partial book is, and whose a spot one is. */
import { MISS, type Scanner, word } from './scanner.ts'

const AT = 0x40
const DEPT: number = word('dept')
const H = 0x68
const ZERO = 0x30

/**
 * Levels a side of the partial book that the current stream sends; 0 for a stream of changes, and without an envelope;
 * MISS when it is no depth stream of the common book (`rpiDepth` is another one).
 */
export function partialLimit(s: Scanner): number {
  const bytes = s.bytes
  const end = s.streamEnd
  if (s.streamStart === end) return 0
  const at = symbolEnd(s)
  if (at < 0 || s.view.getInt32(at + 1, true) !== DEPT || bytes[at + 5] !== H) return MISS
  let p = at + 6
  if (p === end || bytes[p] === AT) return 0
  let limit = 0
  for (; p < end && bytes[p] !== AT; p++) {
    const digit = (bytes[p] as number) - ZERO
    if (digit < 0 || digit > 9 || limit > 9999) return MISS
    limit = limit * 10 + digit
  }
  return limit
}

/** Makes the symbol in the current stream's name the current instrument. Returns its index, or MISS. */
export function streamSymbol(s: Scanner): number {
  const at = symbolEnd(s)
  if (at < 0) return MISS
  const index = s.streamSymbols.find(s.bytes, s.streamStart, at)
  if (index >= 0) s.instrument = index
  return index
}

/** Position of the `@` behind the symbol in the current stream's name. */
function symbolEnd(s: Scanner): number {
  for (let p = s.streamStart; p < s.streamEnd; p++) if (s.bytes[p] === AT) return p
  return MISS
}

/**
 * The same for a name as text: levels a side of a partial book, 0 for a stream of changes and without an envelope (''),
 * undefined when it is no depth stream of the common book.
 */
export function depthLimitOf(stream: string): number | undefined {
  if (stream === '') return 0
  const match = /^[^@]*@depth([0-9]{0,5})(?:@|$)/.exec(stream)
  return match === null ? undefined : Number(match[1])
}

/** The symbol in the name of a stream, as the name has it: in small letters. */
export function symbolOf(stream: string): string {
  return stream.slice(0, Math.max(0, stream.indexOf('@')))
}
