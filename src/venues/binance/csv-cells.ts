/**
 * The cells of one CSV line, read into slots by the scanner's own functions.
 *
 * The line is copied with a quote behind every cell, which is how numbers end in messages. A cell that the scanner does not
 * know goes the slow way, where exponents and blanks are understood and whatever is wrong gets a reason.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { RATE_DECIMALS } from '../../core/tape/layout.ts'
import { decodeUtf8 } from '../../core/utf8.ts'
import type { JsonValue } from '../json.ts'
import { decimalsOf, type Problem, type Scale } from './problem.ts'
import { scanAmount, scanDecimal, scanId, scanInteger, scanRate, scanTime } from './scan-number.ts'
import { LOOKAHEAD, type Scanner } from './scanner.ts'
import { type Outcome, problemAt, readDecimal, readId, readInteger, readTime } from './slow-fields.ts'

const COMMA = 0x2c
const QUOTE = 0x22
/** Tables have at most twelve columns; what lies behind is not looked at. */
const MOST_CELLS = 16

export class CsvCells {
  readonly #scanner: Scanner
  readonly #columns: ReadonlyMap<string, number>
  readonly #problems: Problem[]
  /** Where each cell begins in the copy, and where the quote behind it stands. */
  readonly #starts: Int32Array = new Int32Array(MOST_CELLS)
  readonly #ends: Int32Array = new Int32Array(MOST_CELLS)
  /** Cells that a line must have for all columns to be there. */
  readonly #needed: number
  #copy: Uint8Array = new Uint8Array(1024)
  /** Where the line begins in the bytes given. */
  #lineStart = 0

  constructor(scanner: Scanner, columns: ReadonlyMap<string, number>, problems: Problem[]) {
    this.#scanner = scanner
    this.#columns = columns
    this.#problems = problems
    this.#needed = 1 + Math.max(...columns.values())
  }

  /** Finds the cells of the line in bytes[start, end). False, with a problem, when there are too few. */
  split(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start
    if (length + LOOKAHEAD > this.#copy.length) this.#copy = new Uint8Array(2 * (length + LOOKAHEAD))
    const copy = this.#copy
    this.#scanner.read(copy)
    this.#lineStart = start
    let count = 0
    let from = 0
    for (let p = 0; p <= length && count < MOST_CELLS; p++) {
      const c = p === length ? COMMA : (bytes[start + p] as number)
      copy[p] = c === COMMA ? QUOTE : c
      if (c !== COMMA) continue
      this.#starts[count] = from
      this.#ends[count] = p
      count++
      from = p + 1
    }
    if (count >= this.#needed) return true
    const reason = `${count} cells where ${this.#needed} are needed`
    this.#problems.push({ code: 'missing-field', reason, offset: start, field: '', symbol: '' })
    return false
  }

  /** True when the table has the column. */
  has(column: string): boolean {
    return this.#columns.has(column)
  }

  /** Reads a column in quanta of `scale` into `slot` (an amount takes two). */
  decimal(column: string, scale: Scale, slot: number): void {
    const s = this.#scanner
    const place = this.#columns.get(column) as number
    const start = this.#starts[place] as number
    if (start === this.#ends[place]) {
      this.#note(problemAt(s, this.#node(place), column, 'missing-field', `${column} is empty`))
      return
    }
    const decimals = scale === 'rate' ? RATE_DECIMALS : decimalsOf(s.instruments[s.instrument] as Instrument, scale)
    const reached =
      scale === 'amount'
        ? scanAmount(s, start, decimals, slot)
        : scale === 'rate'
          ? scanRate(s, start, decimals, slot)
          : scanDecimal(s, start, decimals, slot)
    if (reached !== (this.#ends[place] as number) + 1)
      this.#note(readDecimal(s, this.#node(place), column, slot, scale))
  }

  /** Reads a column as a whole number. */
  integer(column: string, slot: number): void {
    const place = this.#columns.get(column) as number
    if (scanInteger(this.#scanner, this.#starts[place] as number, slot) === this.#ends[place]) return
    this.#note(readInteger(this.#scanner, this.#node(place), column, slot))
  }

  /** Reads a column as a time in microseconds. */
  time(column: string, slot: number): void {
    const place = this.#columns.get(column) as number
    if (scanTime(this.#scanner, this.#starts[place] as number, slot) === this.#ends[place]) return
    this.#note(readTime(this.#scanner, this.#node(place), column, slot))
  }

  /** Reads a column as an id of 64 bits, and into slot `version` (-1: none) as far as a double holds it. */
  id(column: string, slot: number, version: number): void {
    const s = this.#scanner
    const place = this.#columns.get(column) as number
    if (scanId(s, this.#starts[place] as number, slot) !== this.#ends[place]) {
      this.#note(readId(s, this.#node(place), column, slot, version))
    } else if (version >= 0) {
      s.f64[version] = (s.i32[slot * 2 + 1] as number) * 4_294_967_296 + ((s.i32[slot * 2] as number) >>> 0)
    }
  }

  /** Raises flag 1 when the column is true, in whatever letters. */
  flag(column: string): void {
    const node = this.#node(this.#columns.get(column) as number)
    const text = node.text.toLowerCase()
    if (text === 'true') this.#scanner.flags |= 1
    else if (text !== 'false') {
      this.#note(problemAt(this.#scanner, node, column, 'bad-field', `${column} is neither true nor false`))
    }
  }

  /** A cell as the slow path takes values. */
  #node(place: number): JsonValue & { readonly text: string } {
    const start = this.#starts[place] as number
    const text = decodeUtf8(this.#copy.subarray(start, this.#ends[place])).trim()
    return { kind: 'string', offset: this.#lineStart + start, text }
  }

  #note(outcome: Outcome): void {
    if (outcome !== undefined) this.#problems.push(outcome)
  }
}
