/**
 * The first reading of the files: what they are, which instruments occur, when each file begins.
 *
 * In: files, and the instruments that the user gave, if any. Out: for each file a plan for the second reading, and the table
 * of instruments of the tape. Without given instruments it infers them, so that the second reading finds every number
 * exact. It tells nothing about bad lines: the second reading will meet them again and say where they are.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { RowBuffer } from '../../core/tape/row-buffer.ts'
import { decodeUtf8 } from '../../core/utf8.ts'
import { InputError, type InputFile } from '../../live/input-files.ts'
import type { CsvTable } from '../../venues/binance/csv-form.ts'
import { BUFFER_FULL, type BinanceVenue } from '../../venues/binance/decoder.ts'
import { InstrumentSurvey } from '../../venues/binance/instrument-survey.ts'
import type { Problem } from '../../venues/binance/problem.ts'
import { recogniseFile } from './file-kind.ts'
import { endOfLine, type LineBlock, lineBlocks, LOOKAHEAD, nextLine } from './line-blocks.ts'
import { MessageSurvey } from './message-survey.ts'
import { TableSurvey } from './table-survey.ts'
import type { Stretch } from './table-lines.ts'

/** A file to import, and which of its rows. */
export interface ImportFile {
  readonly file: InputFile
  readonly stretch?: Stretch
}

/** How a file is to be read the second time. */
export interface FilePlan {
  readonly file: InputFile
  readonly stretch: Stretch | undefined
  readonly content:
    /** `context`: the symbol that snapshots without one are about. */
    | { readonly kind: 'messages'; readonly context: string | undefined }
    | { readonly kind: 'table'; readonly table: CsvTable; readonly symbol: string; readonly interval: number }
    | { readonly kind: 'none'; readonly reason: string }
  /** Append time of its first row in microseconds; 0 when it has none, so that it is read early and says why. */
  readonly firstTime: number
}

export interface SurveyOptions {
  readonly venue: BinanceVenue
  /** From exchange information; undefined to infer. */
  readonly instruments: readonly Instrument[] | undefined
  /** What the user says the files are about. */
  readonly symbol: string | undefined
}

export interface SurveyResult {
  readonly plans: readonly FilePlan[]
  /** The instruments that occur, in order of first appearance. */
  readonly instruments: readonly Instrument[]
}

const ROWS = 4096
/** Lines of a table that show when it begins and how long its candles are. */
const PEEK_LINES = 2000
/** A line gives at most this much news: one symbol, and then each scale decimal by decimal. */
const MOST_RETRIES = 10_000

export class Survey {
  readonly #options: SurveyOptions
  readonly #inferred: InstrumentSurvey
  /** Symbols that occur, in order of first appearance. */
  readonly #occurring = new Set<string>()
  #rows: RowBuffer = new RowBuffer(ROWS)

  constructor(options: SurveyOptions) {
    this.#options = options
    this.#inferred = new InstrumentSurvey(options.venue)
    if (options.symbol !== undefined) this.#inferred.add(options.symbol)
  }

  /** Reads a file as far as needed. A file that cannot be read to its end is surveyed as far as it goes. */
  async take({ file, stretch }: ImportFile): Promise<FilePlan> {
    const plan = { file, stretch, firstTime: 0 }
    const blocks = lineBlocks(file)
    try {
      const first = await blocks.next()
      if (first.done === true) return { ...plan, content: { kind: 'none', reason: 'the file is empty' } }
      const kind = recogniseFile(firstLine(first.value), file.name, this.#options.symbol)
      switch (kind.kind) {
        case 'unknown':
          return { ...plan, content: { kind: 'none', reason: kind.reason } }
        case 'messages': {
          const { context, firstTime } = await this.#takeMessages(first.value, blocks)
          return { ...plan, firstTime, content: { kind: 'messages', context } }
        }
        case 'table': {
          const { interval, firstTime } = await this.#takeTable(
            first.value,
            blocks,
            kind.table,
            kind.symbol,
            kind.interval,
            stretch,
          )
          const { table, symbol } = kind
          if (interval === undefined) {
            const reason =
              'how long its candles are cannot be told from less than two rows: name the file like BTCUSDT-1m-2024-01.csv'
            return { ...plan, content: { kind: 'none', reason } }
          }
          return { ...plan, firstTime, content: { kind: 'table', table, symbol, interval } }
        }
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return { ...plan, content: { kind: 'none', reason: error.message } }
    } finally {
      await blocks.return()
    }
  }

  /** The instruments of all files that were taken. */
  instruments(): readonly Instrument[] {
    const known = new Map(this.#known().map((instrument) => [instrument.symbol, instrument]))
    return [...this.#occurring].flatMap((symbol) => known.get(symbol) ?? [])
  }

  #known(): readonly Instrument[] {
    return this.#options.instruments ?? this.#inferred.instruments
  }

  /** Learns from problems; false when there is nothing (more) to learn, and always where the instruments are given. */
  #learn(problems: readonly Problem[]): boolean {
    return problems.length > 0 && this.#options.instruments === undefined && this.#inferred.learn(problems)
  }

  async #takeMessages(
    first: LineBlock,
    rest: AsyncIterable<LineBlock>,
  ): Promise<{ readonly context: string | undefined; readonly firstTime: number }> {
    const reading = new MessageSurvey()
    const take = (block: LineBlock): void => this.#takeMessageBlock(block, reading)
    try {
      take(first)
      for await (const block of rest) take(block)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
    }
    const context = this.#options.symbol ?? (reading.symbols.size === 1 ? [...reading.symbols][0] : undefined)
    if (context !== undefined) {
      // Their levels may be finer than any that the stream has sent.
      for (const line of reading.kept) this.#takeLine(line, 0, line.length - LOOKAHEAD, reading, context)
      this.#occurring.add(context)
    }
    return { context, firstTime: reading.firstTime }
  }

  #takeMessageBlock(block: LineBlock, reading: MessageSurvey): void {
    const { bytes, end } = block
    for (let start = 0; start < end;) {
      const lineEnd = this.#takeLine(bytes, start, end, reading, this.#options.symbol)
      start = nextLine(bytes, lineEnd, end)
    }
  }

  /** Decodes a line until nothing is learned from it any more; returns where it ends. */
  #takeLine(
    bytes: Uint8Array,
    start: number,
    limit: number,
    reading: MessageSurvey,
    context: string | undefined,
  ): number {
    for (let retry = 0; retry < MOST_RETRIES; retry++) {
      const known = this.#known()
      const lines = reading.linesFor(this.#options.venue, known, context)
      this.#rows.clear()
      const rows = lines.decode(bytes, start, limit, this.#rows)
      if (rows === BUFFER_FULL) {
        this.#rows = new RowBuffer(this.#rows.capacity * 2)
        continue
      }
      if (rows > 0) reading.see(this.#rows, known, this.#occurring)
      if (lines.problems.length === 0) return lines.end
      if (this.#learn(lines.problems)) continue
      for (const problem of lines.problems) {
        if (problem.code === 'no-symbol') reading.keep(bytes, start, lines.end)
        else if (problem.symbol !== '') this.#occurring.add(problem.symbol)
      }
      return lines.end
    }
    return limit
  }

  async #takeTable(
    first: LineBlock,
    rest: AsyncIterable<LineBlock>,
    table: CsvTable,
    symbol: string,
    stated: number | undefined,
    stretch: Stretch | undefined,
  ): Promise<{ readonly interval: number | undefined; readonly firstTime: number }> {
    this.#inferred.add(symbol)
    this.#occurring.add(symbol)
    const reading = new TableSurvey(table, symbol, stretch)
    const known = this.#options.instruments !== undefined
    const take = (block: LineBlock): boolean =>
      this.#takeTableBlock(block, reading) && !(known && reading.lines > PEEK_LINES)
    try {
      let more = take(first)
      if (more) for await (const block of rest) if (!(more = take(block))) break
    } catch (error) {
      if (!(error instanceof InputError)) throw error
    }
    const needed = table.form === 'candles'
    const interval = needed ? (reading.interval < Infinity ? reading.interval : stated) : 0
    return {
      interval: reading.lines === 0 ? 0 : interval,
      firstTime: reading.firstTimeWith(needed ? (interval ?? 0) : 0),
    }
  }

  #takeTableBlock(block: LineBlock, reading: TableSurvey): boolean {
    const { bytes, end } = block
    for (let start = 0; start < end;) {
      const lineEnd = endOfLine(bytes, start, end)
      if (!(reading.lines === 0 && reading.skipHeader())) {
        for (let retry = 0; retry < MOST_RETRIES; retry++) {
          const decoder = reading.decoderFor(this.#options.venue, this.#known())
          if (decoder === undefined) return false
          this.#rows.clear()
          decoder.decodeLine(bytes, start, lineEnd, 0, this.#rows)
          if (decoder.problems.length === 0 || !this.#learn(decoder.problems)) break
        }
        if (this.#rows.length > 0) reading.see(this.#rows)
      }
      reading.lines++
      start = nextLine(bytes, lineEnd, end)
    }
    return true
  }
}

function firstLine(block: LineBlock): string {
  let start = 0
  while (start < block.end && (block.bytes[start] === 0x0a || block.bytes[start] === 0x0d)) start++
  return decodeUtf8(block.bytes.subarray(start, Math.min(endOfLine(block.bytes, start, block.end), start + 4096)))
}
