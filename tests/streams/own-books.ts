/**
 * Books of all markets as live trading keeps them: one connection, our decoder, the merge and the book, and a watch for
 * silence. Owns the connection. What it notices is counted by market, for checkers.
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import { BOOK_STATE, Book } from '../../src/core/market/book.ts'
import type { BookSide } from '../../src/core/market/book-side.ts'
import { PREVIOUS_ID_CHAIN } from '../../src/core/market/chain-rule.ts'
import { Merge } from '../../src/core/market/merge.ts'
import { SilenceWatch } from '../../src/core/market/silence-watch.ts'
import { DEFAULT_STAMP_BOUND_US } from '../../src/core/market/stamp-guard.ts'
import { DEPTH_SNAPSHOT, GAP } from '../../src/core/tape/kinds.ts'
import { HEAD, ROW_BYTES } from '../../src/core/tape/layout.ts'
import { RowBuffer, recordRows } from '../../src/core/tape/row-buffer.ts'
import { encodeUtf8 } from '../../src/core/utf8.ts'
import { BinanceDecoder } from '../../src/venues/binance/decoder.ts'
import type { StreamBox } from './stream-box.ts'
import { LEVELS_MAX } from './truth.ts'
import type { TrueBook, TrueSide } from './truth.ts'

/** A stream of diffs that says nothing for longer is silent, microseconds: twice what the quietest market of an hour needs. */
export const SILENCE_US = 3_000_000
const ROWS = 1 << 15
/** Levels a side that snapshots are asked for: more than the markets have. */
const SNAPSHOT_LEVELS = 1000

export class OwnBooks {
  readonly books: readonly Book[]
  readonly merge: Merge
  readonly watch: SilenceWatch
  /** GAP rows by market. */
  readonly gapRows: Int32Array
  /** Messages by market. */
  readonly messages: Int32Array
  /** What checkers do with each message, when it is in the book. */
  onMessage: (market: number) => void = () => undefined
  readonly #box: StreamBox
  readonly #decoder: BinanceDecoder
  readonly #rows: RowBuffer = new RowBuffer(ROWS)
  readonly #out: RowBuffer = new RowBuffer(ROWS)
  readonly #silent: Int32Array
  readonly #levels: Float64Array = new Float64Array(LEVELS_MAX * 2)
  #web: WebSocket | undefined
  #socket: Socket | undefined

  constructor(box: StreamBox) {
    const { instruments } = box.host.box.futures
    this.#box = box
    this.#decoder = new BinanceDecoder({ venue: 'binance-usdm', instruments })
    this.books = instruments.map(({ tickSize }) => new Book({ tickSize, rule: PREVIOUS_ID_CHAIN }))
    const rules = instruments.map(() => PREVIOUS_ID_CHAIN)
    this.merge = new Merge({ rules, ranks: new Uint16Array(1), wait: 0, bound: DEFAULT_STAMP_BOUND_US })
    this.watch = new SilenceWatch(new Float64Array(instruments.length).fill(SILENCE_US))
    this.gapRows = new Int32Array(instruments.length)
    this.messages = new Int32Array(instruments.length)
    this.#silent = new Int32Array(instruments.length)
  }

  /** Connects, and then fetches the snapshot of every book. */
  async start(): Promise<void> {
    const names = this.#box.symbols.map((symbol) => `${symbol.toLowerCase()}@depth@100ms`)
    const web = new WebSocket(`${this.#box.access.futures.streams}/public/stream?streams=${names.join('/')}`)
    this.#web = web
    web.on('upgrade', (response: IncomingMessage) => (this.#socket = response.socket))
    web.on('message', (data) => this.#take(data as Buffer))
    await once(web, 'open')
    for (const market of this.books.keys()) {
      await this.fetchSnapshot(market)
      this.watch.begin(market, this.#box.time)
    }
  }

  stop(): void {
    this.#web?.terminate()
  }

  /** Resolves when the venue has answered a ping. */
  async ping(): Promise<void> {
    const web = this.#web
    if (web === undefined) throw new Error('the books are not connected')
    const answered = once(web, 'pong')
    web.ping()
    await answered
  }

  async fetchSnapshot(market: number): Promise<void> {
    const reply = await fetch(
      `${this.#box.url}/fapi/v1/depth?symbol=${this.#box.symbols[market]}&limit=${SNAPSHOT_LEVELS}`,
    )
    if (reply.status !== 200) throw new Error(`a snapshot was refused: ${await reply.text()}`)
    this.#decoder.context = market
    this.#take(encodeUtf8(await reply.text()))
  }

  /** Resolves when all that was sent is in the books; then those that fell silent are interrupted. */
  async caughtUp(): Promise<void> {
    if (this.#socket === undefined) throw new Error('the books are not connected')
    await this.#box.delivered(this.#socket)
    const silent = this.watch.expire(this.#box.time, this.#silent)
    for (let i = 0; i < silent; i++) this.books[this.#silent[i] as number]?.interrupt()
  }

  /** Where a book differs from the true one; empty if nowhere. */
  difference(market: number, truth: TrueBook): string {
    const book = this.books[market]
    if (book === undefined || book.state !== BOOK_STATE.live) return `${truth.symbol} is not live`
    if (book.lastUpdateId !== truth.updateId) return `${truth.symbol} is at ${book.lastUpdateId}, not ${truth.updateId}`
    const asks = this.#differenceOf(book.asks, truth.asks)
    const found = asks === '' ? this.#differenceOf(book.bids, truth.bids) : asks
    return found === '' ? '' : `${truth.symbol} at ${truth.updateId}: ${found}`
  }

  #differenceOf(side: BookSide, truth: TrueSide): string {
    const levels = this.#levels
    const count = side.copyLevels(levels, LEVELS_MAX)
    if (count !== truth.count) return `${count} levels, not ${truth.count}`
    for (let i = 0; i < count * 2; i++)
      if (levels[i] !== truth.cells[i]) return `${levels[i]}, not ${truth.cells[i]}, at level ${i >> 1}`
    return ''
  }

  #take(bytes: Uint8Array): void {
    const rows = this.#rows
    const out = this.#out
    rows.clear()
    out.clear()
    if (this.#decoder.decode(bytes, 0, bytes.length, this.#box.time, 0, rows) <= 0)
      throw new Error(`no row: ${JSON.stringify(this.#decoder.problems)}`)
    // Only who asked knows that fewer levels than were asked for are all there are; a reply does not say.
    if (rows.u8[0] === DEPTH_SNAPSHOT.kind) rows.f64[DEPTH_SNAPSHOT.limit] = SNAPSHOT_LEVELS
    for (let row = 0; row < rows.length; row += recordRows(rows, row)) this.merge.take(rows, row, out)
    const market = rows.u16[HEAD.instrument >> 1] as number
    for (let row = 0; row < out.length; row += recordRows(out, row)) {
      if (out.u8[row * ROW_BYTES] === GAP.kind) this.gapRows[market] = (this.gapRows[market] as number) + 1
      this.books[market]?.apply(out, row)
    }
    this.watch.heard(market, this.#box.time)
    this.messages[market] = (this.messages[market] as number) + 1
    this.onMessage(market)
  }
}
