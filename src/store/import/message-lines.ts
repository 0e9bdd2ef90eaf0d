/**
 * Lines of recorded messages to rows. Four kinds of lines, told apart line by line:
 *
 *   `<receive time> <message>`       a raw recording; the time's digits say whether it is ns, µs, ms or s
 *   `<seconds>[.<fraction>]: <message>`   a frame, behind a line with the `wss://` address that is skipped
 *   `<url> -> <seconds>: <body>`     a REST answer
 *   `<message>`                      a bare message: its own time stands for the receive time
 *
 * In: one line at a time, in memory. Out: rows whose append time never runs backwards within the file. Makes no string of
 * a line that is in order, REST answers excepted.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { APPEND_TIME, VENUE_TIME } from '../../core/tape/layout.ts'
import { recordRows, type RowBuffer } from '../../core/tape/row-buffer.ts'
import { decodeUtf8 } from '../../core/utf8.ts'
import { BinanceDecoder, BUFFER_FULL, type BinanceVenue } from '../../venues/binance/decoder.ts'
import type { Problem } from '../../venues/binance/problem.ts'
import { RestDecoder } from '../../venues/binance/rest.ts'
import { endOfLine } from './line-blocks.ts'

const SPACE = 0x20
const POINT = 0x2e
const COLON = 0x3a
const ZERO = 0x30
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
/** Digits of a half of a time: a 32-bit integer holds them. */
const HALF_DIGITS = 8
const HALF = 100_000_000
/** A REST answer: address, arrow, seconds since 1970, colon. */
const ANSWER = /^(https?:\/\/\S+) -> ([0-9]+(?:\.[0-9]+)?): /
/** Addresses of REST answers are no longer than this, arrow and time included. */
const LONGEST_ADDRESS = 2048
const SOCKET = /^wss?:\/\//

export interface MessageLinesOptions {
  readonly venue: BinanceVenue
  readonly instruments: readonly Instrument[]
  /** Index of the instrument whose snapshots come without a symbol; -1 for none. */
  readonly context: number
  /** Number of the source that the rows get. */
  readonly source: number
  /** Told of trades outside the book, as BinanceDecoder does. */
  readonly offBook?: (rows: RowBuffer, row: number) => void
}

export class MessageLines {
  /** What the last line had that gave no row. */
  problems: readonly Problem[] = []
  /** Behind the last line, at its line break or at the limit. */
  end = 0
  /** Append time of the last row; rows never get an earlier one. */
  readonly last: Float64Array = new Float64Array(1)
  readonly #decoder: BinanceDecoder
  readonly #rest: RestDecoder
  readonly #source: number
  readonly #receive: Float64Array = new Float64Array(1)

  constructor(options: MessageLinesOptions) {
    this.#decoder = new BinanceDecoder(options)
    this.#decoder.context = options.context
    this.#rest = new RestDecoder(options)
    this.#source = options.source
  }

  /**
   * Decodes the line at `start`, which ends at a line break or at `limit`. Returns the number of rows appended to `out`, or
   * BUFFER_FULL; then nothing was appended and the line can be decoded again.
   */
  decode(bytes: Uint8Array, start: number, limit: number, out: RowBuffer): number {
    const first = bytes[start] as number
    if (first >= ZERO && first <= ZERO + 9) {
      const message = this.#readTime(bytes, start, limit)
      if (message > 0) return this.#decodeMessage(bytes, message, limit, out)
    } else if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#decodeBare(bytes, start, limit, out)
    this.end = endOfLine(bytes, start, limit)
    this.problems = []
    return this.#decodeOther(bytes, start, this.end, out)
  }

  #decodeMessage(bytes: Uint8Array, start: number, limit: number, out: RowBuffer): number {
    const receive = this.#receive
    const last = this.last
    if ((receive[0] as number) < (last[0] as number)) receive[0] = last[0] as number
    const rows = this.#decoder.decodeLine(bytes, start, limit, receive, this.#source, out)
    if (rows === BUFFER_FULL) return rows
    if (rows > 0) last[0] = receive[0] as number
    this.end = this.#decoder.end
    this.problems = this.#decoder.problems
    return rows
  }

  /** A message without a receive time. Rows that have no venue time either follow the row before. */
  #decodeBare(bytes: Uint8Array, start: number, limit: number, out: RowBuffer): number {
    const before = out.length
    this.#receive[0] = 0
    const rows = this.#decoder.decodeLine(bytes, start, limit, this.#receive, this.#source, out)
    if (rows === BUFFER_FULL) return rows
    this.end = this.#decoder.end
    this.problems = this.#decoder.problems
    let time = this.last[0] as number
    for (let row = before; row < out.length; row += recordRows(out, row)) {
      time = Math.max(time, out.f64[row * 8 + VENUE_TIME] as number)
      out.f64[row * 8 + APPEND_TIME] = time
    }
    if (rows > 0 && time === 0) {
      out.length = before
      this.problems = [lineProblem(start, 'neither the line nor the message has a time')]
      return 0
    }
    this.last[0] = time
    return rows
  }

  /** A REST answer, an empty line, the address of a socket, or something that is none of it. */
  #decodeOther(bytes: Uint8Array, start: number, end: number, out: RowBuffer): number {
    if (end === start) return 0
    const text = decodeUtf8(bytes.subarray(start, Math.min(end, start + LONGEST_ADDRESS)))
    if (SOCKET.test(text) || text.trim() === '') return 0
    const answer = ANSWER.exec(text)
    if (answer === null) {
      this.problems = [lineProblem(start, 'the line is neither a message nor an answer')]
      return 0
    }
    const [prefix, url = '', seconds = ''] = answer
    const digits = (text: string): number => (text === '' ? 0 : Number(text))
    const [whole = '', fraction = ''] = seconds.split('.')
    this.#receive[0] = Math.max(
      this.last[0] as number,
      digits(whole) * 1e6 + digits(fraction.padEnd(6, '0').slice(0, 6)),
    )
    const rows = this.#rest.decode(url, bytes, start + prefix.length, end, this.#receive, this.#source, out)
    if (rows === BUFFER_FULL) return rows
    if (rows > 0) this.last[0] = this.#receive[0] as number
    this.problems = this.#rest.problems
    return rows
  }

  /** Reads the time that a line begins with into `#receive`, in microseconds; returns where the message begins, or -1. */
  #readTime(bytes: Uint8Array, start: number, limit: number): number {
    let p = start
    let high = 0
    let low = 0
    let digit = (bytes[p] as number) - ZERO
    const middle = start + HALF_DIGITS
    while (p < middle && digit >= 0 && digit <= 9) {
      high = (Math.imul(high, 10) + digit) | 0
      digit = (bytes[++p] as number) - ZERO
    }
    while (p < middle + HALF_DIGITS && digit >= 0 && digit <= 9) {
      low = (Math.imul(low, 10) + digit) | 0
      digit = (bytes[++p] as number) - ZERO
    }
    const kept = p - start
    // Beyond the microseconds, digits are dropped.
    while (digit >= 0 && digit <= 9) digit = (bytes[++p] as number) - ZERO
    const digits = p - start
    const behind = bytes[p]
    if (behind === COLON || behind === POINT)
      return digits < 9 || digits > 10 ? -1 : this.#readSeconds(bytes, start, p, limit)
    if (behind !== SPACE || p >= limit) return -1
    if (digits === 19 || digits === 16) this.#receive[0] = high * HALF + low
    else if (digits === 13) this.#receive[0] = (high * 100_000 + low) * 1000
    else if (digits === 10 && kept === 10) this.#receive[0] = (high * 100 + low) * 1e6
    else return -1
    return p + 1
  }

  /** Reads `seconds[.fraction]: `, which a frame begins with. */
  #readSeconds(bytes: Uint8Array, start: number, point: number, limit: number): number {
    let seconds = 0
    for (let p = start; p < point; p++) seconds = seconds * 10 + (bytes[p] as number) - ZERO
    let micros = 0
    let p = point
    if (bytes[p] === POINT) {
      let left = 6
      for (p++; p < limit && (bytes[p] as number) >= ZERO && (bytes[p] as number) <= ZERO + 9; p++) {
        if (left === 0) continue
        micros = micros * 10 + (bytes[p] as number) - ZERO
        left--
      }
      for (; left > 0; left--) micros *= 10
    }
    if (bytes[p] !== COLON || bytes[p + 1] !== SPACE || p + 2 >= limit) return -1
    this.#receive[0] = seconds * 1e6 + micros
    return p + 2
  }
}

function lineProblem(offset: number, reason: string): Problem {
  return { code: 'syntax', reason, offset, field: '', symbol: '' }
}
