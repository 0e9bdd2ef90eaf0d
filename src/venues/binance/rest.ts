/**
 * REST answers from bytes to rows: depth, trades, aggTrades, klines, premiumIndex, fundingRate, of USD-M and spot.
 *
 * In: the address that was asked and the body that came, with the time it was received. Out: rows at the end of a RowBuffer;
 * append time is the receive time, as it is for streams. Refuses answers that are errors, addresses it does not know, and
 * every element that has no exact row, with reason, byte and field; the other elements are kept.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import {
  AGGREGATE_TRADE,
  CANDLE,
  CANDLE_FLAGS,
  DEPTH_SNAPSHOT,
  FUNDING_RATE,
  MARK_PRICE,
  TRADE,
} from '../../core/tape/kinds.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { type JsonArray, type JsonObject, type JsonValue, readJson } from '../json.ts'
import { BUFFER_FULL, type DecoderOptions } from './decoder.ts'
import type { Problem } from './problem.ts'
import { FULL, Scanner } from './scanner.ts'
import { type BookOutcome, readBook } from './slow-book.ts'
import {
  type Outcome,
  problemAt,
  readDecimal,
  readId,
  readInteger,
  readSymbol,
  readTime,
  unknownSymbol,
} from './slow-fields.ts'

/** Answers that become rows, by the last part of their address. */
const ROUTES = new Set(['depth', 'trades', 'historicalTrades', 'aggTrades', 'klines', 'premiumIndex', 'fundingRate'])
/** Answers that are known and hold no rows. */
const NO_ROWS = new Set(['exchangeInfo', 'ping', 'time'])

/** Cells of a candle. */
const KLINE = {
  openTime: 0,
  open: 1,
  high: 2,
  low: 3,
  close: 4,
  volume: 5,
  closeTime: 6,
  quoteVolume: 7,
  trades: 8,
  takerBuyVolume: 9,
} as const
const KLINE_CELLS = 10

export class RestDecoder {
  /** What the last answer had that gave no row. */
  readonly problems: Problem[] = []
  readonly #scanner: Scanner

  constructor(options: DecoderOptions) {
    this.#scanner = new Scanner(options.instruments, options.venue === 'binance-spot')
  }

  get instruments(): readonly Instrument[] {
    return this.#scanner.instruments
  }

  /**
   * Decodes the answer in bytes[start, end) to a request for `url`, received at `receive[0]` microseconds. Returns the number
   * of rows appended to `out`, or BUFFER_FULL; then nothing was appended.
   */
  decode(
    url: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    receive: Float64Array,
    source: number,
    out: RowBuffer,
  ): number {
    this.problems.length = 0
    const parsed = readJson(bytes, start, end)
    if (!parsed.ok) {
      this.problems.push({
        code: 'syntax',
        reason: `no JSON: ${parsed.problem}`,
        offset: parsed.offset,
        field: '',
        symbol: '',
      })
      return 0
    }
    const s = this.#scanner
    s.receive = receive
    s.source = source
    s.write(out)
    const before = out.length
    if (!this.#decodeAnswer(addressOf(url), parsed.value, out)) {
      out.length = before
      this.problems.length = 0
      return BUFFER_FULL
    }
    return out.length - before
  }

  /** False when the rows do not fit. */
  #decodeAnswer(address: Address, answer: JsonValue, out: RowBuffer): boolean {
    const s = this.#scanner
    s.instrument = -1
    const text = answer.kind === 'object' ? answer.fields.get('msg') : undefined
    if (answer.kind === 'object' && answer.fields.has('code') && text?.kind === 'string') {
      return this.#note(problemAt(s, answer, '', 'venue-error', `the venue answered with an error: ${text.text}`), out)
    }
    if (NO_ROWS.has(address.route)) return true
    if (!ROUTES.has(address.route)) {
      return this.#note(problemAt(s, answer, '', 'unknown-message', `answers of ${address.route} are not known`), out)
    }
    s.instrument = s.instruments.findIndex((instrument) => instrument.symbol === address.symbol)
    if (s.instrument < 0 && address.symbol !== '') {
      return this.#note(unknownSymbol(address.symbol, answer.offset, 'symbol'), out)
    }
    const addressed = s.instrument
    for (const item of answer.kind === 'array' ? answer.items : [answer]) {
      s.instrument = addressed
      s.flags = 0
      if (!this.#note(readItem(s, address, item, out), out)) return false
    }
    return true
  }

  /** Takes what became of an element: keeps its rows, or its problem. False when it did not fit. */
  #note(outcome: BookOutcome, out: RowBuffer): boolean {
    if (outcome === FULL) return false
    if (outcome === undefined) out.length += this.#scanner.rows
    else this.problems.push(outcome)
    return true
  }
}

interface Address {
  readonly route: string
  readonly symbol: string
  readonly limit: number
}

/** What an address says about its answer: `/fapi/v1/depth?symbol=BTCUSDT&limit=1000`, with or without a host. */
function addressOf(url: string): Address {
  const [path = '', query = ''] = url.split('?')
  const parameters = new Map(
    query.split('&').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  const limit = Number(parameters.get('limit') ?? '0')
  return {
    route: path.slice(path.lastIndexOf('/') + 1),
    symbol: parameters.get('symbol') ?? '',
    limit: Number.isSafeInteger(limit) && limit > 0 ? limit : 0,
  }
}

function readItem(s: Scanner, address: Address, item: JsonValue, out: RowBuffer): BookOutcome {
  const row = out.length
  if (row + 2 > out.capacity) return FULL
  for (let slot = row * 8; slot < row * 8 + 16; slot++) s.f64[slot] = 0
  if (address.route === 'klines') {
    if (item.kind !== 'array') return problemAt(s, item, '', 'bad-field', 'a candle that is no list')
    return needsSymbol(s, item) ?? readKline(s, item, row)
  }
  if (item.kind !== 'object') return problemAt(s, item, '', 'bad-field', 'an element that is no object')
  switch (address.route) {
    case 'depth':
      return needsSymbol(s, item) ?? readBook(s, item, row, DEPTH_SNAPSHOT.kind, address.limit)
    case 'aggTrades':
      return needsSymbol(s, item) ?? readAggregate(s, item, row)
    case 'premiumIndex':
      return readPremium(s, item, row)
    case 'fundingRate':
      return readFunding(s, item, row)
    default:
      return needsSymbol(s, item) ?? readTrade(s, item, row)
  }
}

function needsSymbol(s: Scanner, item: JsonValue): Outcome {
  return s.instrument >= 0 ? undefined : problemAt(s, item, 'symbol', 'no-symbol', 'the address names no symbol')
}

function readKline(s: Scanner, item: JsonArray, row: number): Outcome {
  const slot = row * 8
  const cell = (index: number): JsonValue => item.items[index] ?? item
  if (item.items.length < KLINE_CELLS)
    return problemAt(s, item, '', 'missing-field', `a candle of ${item.items.length} cells`)
  const outcome =
    readTime(s, cell(KLINE.openTime), 'open time', slot + CANDLE.openTime) ??
    readTime(s, cell(KLINE.closeTime), 'close time', slot + CANDLE.interval) ??
    readDecimal(s, cell(KLINE.open), 'open', slot + CANDLE.open, 'price') ??
    readDecimal(s, cell(KLINE.high), 'high', slot + CANDLE.high, 'price') ??
    readDecimal(s, cell(KLINE.low), 'low', slot + CANDLE.low, 'price') ??
    readDecimal(s, cell(KLINE.close), 'close', slot + CANDLE.close, 'price') ??
    readDecimal(s, cell(KLINE.volume), 'volume', slot + CANDLE.volume, 'quantity') ??
    readDecimal(s, cell(KLINE.quoteVolume), 'quote volume', slot + CANDLE.quoteVolume, 'amount') ??
    readInteger(s, cell(KLINE.trades), 'trades', slot + CANDLE.trades) ??
    readDecimal(s, cell(KLINE.takerBuyVolume), 'taker buy volume', slot + CANDLE.takerBuyVolume, 'quantity')
  if (outcome !== undefined) return outcome
  const last = s.f64[slot + CANDLE.interval] as number
  const end = last % 1000 === 0 ? last + 1000 : last + 1
  s.f64[slot + CANDLE.interval] = end - (s.f64[slot + CANDLE.openTime] as number)
  s.f64[slot + 2] = end
  // The answer's last candle is usually still forming; its end lies ahead of the answer.
  if (end <= (s.receive[0] as number)) s.flags |= CANDLE_FLAGS.closed
  else s.f64[slot + 2] = 0
  return finish(s, row, CANDLE.kind, 1)
}

function readTrade(s: Scanner, item: JsonObject, row: number): Outcome {
  const slot = row * 8
  const outcome =
    field(s, item, 'id', (value) => readId(s, value, 'id', slot + TRADE.id, slot + 3)) ??
    field(s, item, 'price', (value) => readDecimal(s, value, 'price', slot + TRADE.price, 'price')) ??
    field(s, item, 'qty', (value) => readDecimal(s, value, 'qty', slot + TRADE.quantity, 'quantity')) ??
    field(s, item, 'time', (value) => readTime(s, value, 'time', slot + 2)) ??
    readMaker(s, item, 'isBuyerMaker')
  return outcome ?? finish(s, row, TRADE.kind, 0)
}

function readAggregate(s: Scanner, item: JsonObject, row: number): Outcome {
  const slot = row * 8
  const outcome =
    field(s, item, 'a', (value) => readInteger(s, value, 'a', slot + 3)) ??
    field(s, item, 'p', (value) => readDecimal(s, value, 'p', slot + AGGREGATE_TRADE.price, 'price')) ??
    field(s, item, 'q', (value) => readDecimal(s, value, 'q', slot + AGGREGATE_TRADE.quantity, 'quantity')) ??
    field(s, item, 'f', (value) => readId(s, value, 'f', slot + AGGREGATE_TRADE.firstTradeId, -1)) ??
    field(s, item, 'l', (value) => readId(s, value, 'l', slot + AGGREGATE_TRADE.lastTradeId, -1)) ??
    field(s, item, 'T', (value) => readTime(s, value, 'T', slot + 2)) ??
    readMaker(s, item, 'm')
  return outcome ?? finish(s, row, AGGREGATE_TRADE.kind, 0)
}

function readPremium(s: Scanner, item: JsonObject, row: number): Outcome {
  const slot = row * 8
  const outcome =
    readSymbol(s, item, 'symbol') ??
    field(s, item, 'markPrice', (value) => readDecimal(s, value, 'markPrice', slot + MARK_PRICE.mark, 'mark')) ??
    field(s, item, 'indexPrice', (value) => readDecimal(s, value, 'indexPrice', slot + MARK_PRICE.index, 'mark')) ??
    field(s, item, 'lastFundingRate', (value) =>
      readDecimal(s, value, 'lastFundingRate', slot + MARK_PRICE.fundingRate, 'rate'),
    ) ??
    field(s, item, 'nextFundingTime', (value) =>
      readTime(s, value, 'nextFundingTime', slot + MARK_PRICE.nextFundingTime),
    ) ??
    field(s, item, 'time', (value) => readTime(s, value, 'time', slot + 2))
  return outcome ?? finish(s, row, MARK_PRICE.kind, 0)
}

function readFunding(s: Scanner, item: JsonObject, row: number): Outcome {
  const slot = row * 8
  const mark = item.fields.get('markPrice')
  const outcome =
    readSymbol(s, item, 'symbol') ??
    field(s, item, 'fundingRate', (value) => readDecimal(s, value, 'fundingRate', slot + FUNDING_RATE.rate, 'rate')) ??
    field(s, item, 'fundingTime', (value) => readTime(s, value, 'fundingTime', slot + 2))
  if (outcome !== undefined) return outcome
  // Fundings before 2023 have no mark price, or an empty one.
  if (mark !== undefined && !(mark.kind === 'string' && mark.text === '')) {
    const wrong = readDecimal(s, mark, 'markPrice', slot + FUNDING_RATE.mark, 'mark')
    if (wrong !== undefined) return wrong
  }
  return finish(s, row, FUNDING_RATE.kind, 0)
}

function readMaker(s: Scanner, item: JsonObject, key: string): Outcome {
  return field(s, item, key, (value) => {
    if (value.kind !== 'boolean') return problemAt(s, value, key, 'bad-field', `${key} is neither true nor false`)
    // The buyer rested, so the taker sold.
    if (value.value) s.flags |= 1
    return undefined
  })
}

function field(s: Scanner, item: JsonObject, key: string, read: (value: JsonValue) => Outcome): Outcome {
  const value = item.fields.get(key)
  return value === undefined ? problemAt(s, item, key, 'missing-field', `${key} is missing`) : read(value)
}

function finish(s: Scanner, row: number, kind: number, more: number): undefined {
  const slot = row * 8
  s.f64[slot + 1] = s.receive[0] as number
  s.i32[slot * 2] = kind | (s.flags << 8) | (more << 16)
  s.i32[slot * 2 + 1] = s.source | (s.instrument << 16)
  s.rows = 1 + more
  return undefined
}
