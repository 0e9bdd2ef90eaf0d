/** What one file of recorded messages shows while it is read for the first time. */
import type { Instrument } from '../../core/market/instrument.ts'
import { APPEND_TIME } from '../../core/tape/layout.ts'
import { instrumentOf, recordRows, type RowBuffer } from '../../core/tape/row-buffer.ts'
import type { BinanceVenue } from '../../venues/binance/decoder.ts'
import { LOOKAHEAD } from './line-blocks.ts'
import { MessageLines } from './message-lines.ts'

/** Books without a symbol are kept until the file's symbol is known; more of them than this are left to the second reading. */
const KEPT_BYTES = 1 << 25

/** What one file of messages has shown so far. */
export class MessageSurvey {
  readonly symbols: Set<string> = new Set()
  /** Lines without a symbol, each with room behind. */
  readonly kept: Uint8Array[] = []
  firstTime = 0
  #keptBytes = 0
  #lines: MessageLines | undefined
  #table: readonly Instrument[] | undefined
  #context: string | undefined

  /** The decoder for the current table; made anew when the table has changed. */
  linesFor(venue: BinanceVenue, instruments: readonly Instrument[], context: string | undefined): MessageLines {
    if (this.#lines === undefined || this.#table !== instruments || this.#context !== context) {
      const index = instruments.findIndex(({ symbol }) => symbol === context)
      const last = this.#lines?.last[0] ?? 0
      this.#lines = new MessageLines({ venue, instruments, context: index, source: 0 })
      this.#lines.last[0] = last
      this.#table = instruments
      this.#context = context
    }
    return this.#lines
  }

  /** Notes which instruments the rows are about. */
  see(rows: RowBuffer, instruments: readonly Instrument[], occurring: Set<string>): void {
    if (this.firstTime === 0) this.firstTime = rows.f64[APPEND_TIME] as number
    for (let row = 0; row < rows.length; row += recordRows(rows, row)) {
      const symbol = instruments[instrumentOf(rows, row)]?.symbol ?? ''
      this.symbols.add(symbol)
      occurring.add(symbol)
    }
  }

  /** Keeps a line that lacks a symbol, with room to look ahead behind it. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    if (this.#keptBytes + end - start > KEPT_BYTES) return
    const line = new Uint8Array(end - start + LOOKAHEAD)
    line.set(bytes.subarray(start, end))
    this.kept.push(line)
    this.#keptBytes += line.length
  }
}
