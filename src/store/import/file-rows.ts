/** The second reading of a file: its rows, buffer by buffer, and a rejection for every line that gave none and should have. */
import type { Instrument } from '../../core/market/instrument.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import { InputError } from '../../live/input-files.ts'
import { BUFFER_FULL, type BinanceVenue } from '../../venues/binance/decoder.ts'
import type { Problem } from '../../venues/binance/problem.ts'
import type { GapWatch } from './gap-watch.ts'
import { endOfLine, type LineBlock, lineBlocks, nextLine } from './line-blocks.ts'
import { MessageLines } from './message-lines.ts'
import type { Rejections } from './rejections.ts'
import type { FilePlan } from './survey.ts'
import { TableLines } from './table-lines.ts'

/** Rows per buffer: a file that waits for its turn must not hold much. */
const ROWS = 4096

export interface FileRowsOptions {
  readonly venue: BinanceVenue
  readonly instruments: readonly Instrument[]
  readonly gaps: GapWatch
  readonly rejections: Rejections
  /** Told of trades outside the book, as BinanceDecoder does. */
  readonly offBook: (rows: RowBuffer, row: number) => void
}

/** One line of a file, decoded. */
interface Lines {
  readonly problems: readonly Problem[]
  /** Decodes the line at `start`; `lineEnd` is then where it ends. */
  decode(bytes: Uint8Array, start: number, limit: number, out: RowBuffer): number
  lineEnd(): number
}

/** Rows of a file in order of append time. A buffer is overwritten when the next is asked for. */
export async function* fileRows(plan: FilePlan, options: FileRowsOptions): AsyncGenerator<RowBuffer, void, undefined> {
  const { rejections } = options
  const file = plan.file.name
  if (plan.content.kind === 'none') {
    rejections.add({ file, line: 0, reason: plan.content.reason }, `file ${file}`)
    return
  }
  const reader = new FileReader(file, linesOf(plan, options), options, tableHeader(plan))
  try {
    for await (const block of lineBlocks(plan.file)) {
      reader.begin(block)
      while (reader.read()) {
        yield reader.rows
        reader.flush()
      }
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const reason = `${error.message}; everything before line ${reader.line + 1} is kept`
    rejections.add({ file, line: reader.line + 1, reason }, `file ${file}`)
  }
  if (reader.rows.length > 0) yield reader.rows
}

/** Reads blocks into a buffer, and stops when it is full. */
class FileReader {
  rows: RowBuffer = new RowBuffer(ROWS)
  /** Lines read. */
  line = 0
  readonly #file: string
  readonly #lines: Lines
  readonly #options: FileRowsOptions
  #headerPending: boolean
  #block: LineBlock = { bytes: new Uint8Array(0), end: 0, offset: 0 }
  #start = 0

  constructor(file: string, lines: Lines, options: FileRowsOptions, hasHeader: boolean) {
    this.#file = file
    this.#lines = lines
    this.#options = options
    this.#headerPending = hasHeader
  }

  begin(block: LineBlock): void {
    this.#block = block
    this.#start = 0
  }

  /** Reads on. True when the buffer must be emptied first, false at the end of the block. */
  read(): boolean {
    const { bytes, end } = this.#block
    const lines = this.#lines
    while (this.#start < end) {
      const before = this.rows.length
      if (this.#headerPending) {
        this.#skipLine()
        continue
      }
      const count = lines.decode(bytes, this.#start, end, this.rows)
      if (count === BUFFER_FULL || (count > 0 && !this.#checkGaps(before))) {
        this.rows.length = before
        if (before > 0) return true
        this.rows = new RowBuffer(this.rows.capacity * 2)
        continue
      }
      this.line++
      if (lines.problems.length > 0) this.#reject(lines.problems)
      this.#start = nextLine(bytes, lines.lineEnd(), end)
    }
    return false
  }

  flush(): void {
    this.rows.clear()
  }

  /** The header is the first line that is not empty. */
  #skipLine(): void {
    const { bytes, end } = this.#block
    const lineEnd = endOfLine(bytes, this.#start, end)
    if (lineEnd > this.#start) this.#headerPending = false
    this.line++
    this.#start = nextLine(bytes, lineEnd, end)
  }

  #checkGaps(from: number): boolean {
    return this.#options.gaps.check(this.rows, from, (reason) => {
      this.#options.rejections.add({ file: this.#file, line: this.line + 1, reason }, 'gap')
    })
  }

  #reject(problems: readonly Problem[]): void {
    for (const { code, reason, symbol } of problems) {
      const unknown = code === 'unknown-symbol'
      const place = { file: this.#file, line: this.line }
      if (unknown) {
        const remedy = `${reason}: give its rules with --instruments`
        this.#options.rejections.add({ ...place, reason: remedy }, `${code} ${symbol}`, true)
      } else this.#options.rejections.add({ ...place, reason }, code)
    }
  }
}

function linesOf(plan: FilePlan, options: FileRowsOptions): Lines {
  const { venue, instruments, offBook } = options
  const indexOf = (symbol: string | undefined): number =>
    instruments.findIndex((instrument) => instrument.symbol === symbol)
  if (plan.content.kind === 'table') {
    const { table, symbol, interval } = plan.content
    const instrument = indexOf(symbol)
    if (instrument < 0) return unknownTable(symbol)
    const lines = new TableLines({ venue, instruments, table, instrument, interval, source: 0, stretch: plan.stretch })
    let ended = 0
    return {
      get problems() {
        return lines.problems
      },
      decode(bytes, start, limit, out) {
        ended = endOfLine(bytes, start, limit)
        return lines.decode(bytes, start, ended, out)
      },
      lineEnd: () => ended,
    }
  }
  const context = plan.content.kind === 'messages' ? plan.content.context : undefined
  const lines = new MessageLines({ venue, instruments, context: indexOf(context), source: 0, offBook })
  return {
    get problems() {
      return lines.problems
    },
    decode: (bytes, start, limit, out) => lines.decode(bytes, start, limit, out),
    lineEnd: () => lines.end,
  }
}

/** A table of a symbol that nobody knows: every line is refused, and counted. */
function unknownTable(symbol: string): Lines {
  const reason = `symbol ${symbol} is not among the instruments`
  let ended = 0
  return {
    problems: [{ code: 'unknown-symbol', reason, offset: 0, field: '', symbol }],
    decode(bytes, start, limit) {
      ended = endOfLine(bytes, start, limit)
      return 0
    },
    lineEnd: () => ended,
  }
}

function tableHeader(plan: FilePlan): boolean {
  return plan.content.kind === 'table' && plan.content.table.hasHeader
}
