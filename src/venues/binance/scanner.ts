/**
 * What the scanning functions share while one message becomes rows: where the bytes are, where the rows go, which
 * instrument is spoken of.
 *
 * Scanning functions take the scanner and the position at which they start, and return the position behind what they
 * read, or MISS or FULL. MISS means "not in the form that I know": the slow path then reads the whole message again and
 * decides what it is. They work on integers only; values go from the bytes straight into the slots of rows.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import { SymbolTable } from './symbol-table.ts'

/** The message is not in the expected form. */
export const MISS = -1
/** The rows do not fit into the buffer. */
export const FULL = -2

/**
 * Bytes that must exist behind a message: the scanner looks ahead in words of four bytes and only afterwards checks that
 * it has not run past the end.
 */
export const LOOKAHEAD = 16

const NO_BYTES = new ArrayBuffer(0)
const NO_ROWS = new RowBuffer(0)

export class Scanner {
  readonly instruments: readonly Instrument[]
  readonly symbols: SymbolTable
  /** The symbols as stream names have them: in small letters. */
  readonly streamSymbols: SymbolTable
  /** Spot messages lack fields that futures messages have. */
  readonly spot: boolean
  readonly priceDecimals: Int32Array
  readonly quantityDecimals: Int32Array
  readonly markDecimals: Int32Array

  /** The whole memory that the message lies in; positions count from its start. */
  bytes: Uint8Array = new Uint8Array(NO_BYTES)
  view: DataView = new DataView(NO_BYTES)
  /** Slots and words of the rows to write. */
  f64: Float64Array = NO_ROWS.f64
  i32: Int32Array = NO_ROWS.i32
  /** Slots of the row buffer. */
  slots = 0
  /** [0] is the receive time in microseconds. */
  receive: Float64Array = new Float64Array(1)
  source = 0

  /** Index of the instrument that a message without a symbol is about; -1 when nobody has said. */
  context = -1
  /** Index of the instrument of the message or array element; -1 until its symbol is read. */
  instrument = -1
  /** The name of the stream in the envelope: bytes[streamStart, streamEnd); empty without an envelope. */
  streamStart = 0
  streamEnd = 0
  /** Bits of the fields that the object read last had, and what its flags said. */
  seen = 0
  flags = 0
  /** Position behind the event name read last. */
  at = 0
  /** Parts of the message that are known and give no row. */
  skipped = 0
  /** Where the last trade stands that did not happen in the book: behind the rows in use; -1 without one. */
  offBookRow = -1
  /** Rows that the message has given. */
  rows = 0
  /** Slot behind the levels read last. */
  levelsEnd = 0

  constructor(instruments: readonly Instrument[], spot: boolean) {
    this.instruments = instruments
    this.spot = spot
    this.symbols = new SymbolTable(instruments.map((instrument) => instrument.symbol))
    this.streamSymbols = new SymbolTable(instruments.map((instrument) => instrument.symbol.toLowerCase()))
    this.priceDecimals = Int32Array.from(instruments, (instrument) => instrument.priceDecimals)
    this.quantityDecimals = Int32Array.from(instruments, (instrument) => instrument.quantityDecimals)
    this.markDecimals = Int32Array.from(instruments, (instrument) => instrument.markDecimals)
  }

  /** Turns to the memory of `bytes`; cheap when it is the memory of the last message. */
  read(bytes: Uint8Array): void {
    if (this.bytes.buffer === bytes.buffer) return
    this.bytes = new Uint8Array(bytes.buffer)
    this.view = new DataView(bytes.buffer)
  }

  /** Turns to the rows of `out`. */
  write(out: RowBuffer): void {
    if (this.f64 === out.f64) return
    this.f64 = out.f64
    this.i32 = out.i32
    this.slots = out.capacity * 8
  }
}

/** Four ASCII characters as the word that `getInt32(position, true)` reads. */
export function word(text: string): number {
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8) | (text.charCodeAt(2) << 16) | (text.charCodeAt(3) << 24)
}
