/**
 * Decode: a recording's bytes to tape rows and a live book, beside tardis-dev doing the same (parse, normalise, its
 * OrderBook) on the same bytes in one process, in turn.
 */
import { gunzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { OrderBook, normalizeBookChanges, normalizeBookTickers, normalizeTrades } from 'tardis-dev'
import { Book } from '../src/core/market/book.ts'
import { chainRuleOf } from '../src/core/market/chain-rule.ts'
import type { Instrument } from '../src/core/market/instrument.ts'
import { DEPTH_DIFF, DEPTH_SNAPSHOT } from '../src/core/tape/kinds.ts'
import { RowBuffer } from '../src/core/tape/row-buffer.ts'
import { recording } from '../src/testing/data.ts'
import { exampleInstrument } from '../src/testing/instruments.ts'
import { BUFFER_FULL, BinanceDecoder } from '../src/venues/binance/decoder.ts'
import { median, seconds } from './measure.ts'
import type { Benchmark } from './measure.ts'

const RECORDING = 'captures/binance-usdm/btcusdt_20240808.gz'
const BUFFER_ROWS = 65_536

export const decode: Benchmark = {
  name: 'decode',
  about: 'recorded bytes to rows and a live book, beside tardis-dev',
  async run({ runs, note }) {
    const file = recording(RECORDING)
    if (file === undefined)
      throw new Error(`decode needs the recording ${RECORDING}; set TAPEWRIGHT_DATA to the folder that has it`)
    const bytes = padded(gunzipSync(readFileSync(file)))
    const instrument = exampleInstrument('BTCUSDT')
    const ours: number[] = []
    const theirs: number[] = []
    const ratios: number[] = []
    let end: Decoded | undefined
    let peer: Peer | undefined
    // The first rounds warm both up.
    for (let round = -2; round < runs; round++) {
      const a = await seconds(() => (end = decodeAll(bytes, instrument)))
      const b = await seconds(() => (peer = normaliseAll(bytes)))
      if (round < 0) continue
      ours.push(a)
      theirs.push(b)
      ratios.push(b / a)
      note(`round ${round + 1}: ${(a * 1000).toFixed(1)} ms, tardis-dev ${(b * 1000).toFixed(1)} ms`)
    }
    if (end === undefined || peer === undefined) throw new Error('decode was not run')
    if (end.bestBid !== peer.bestBid || end.bestAsk !== peer.bestAsk)
      throw new Error(`the two books differ: ${JSON.stringify(end)} and ${JSON.stringify(peer)}`)
    const ratio = median(ratios)
    return {
      figures: {
        ratio,
        messages: end.messages,
        messagesPerSecond: end.messages / median(ours),
        milliseconds: median(ours) * 1000,
        peerMilliseconds: median(theirs) * 1000,
        peer: 'tardis-dev 13.35.3',
        book: end,
      },
      goals: [{ key: 'ratio', wanted: 10, reached: ratio }],
    }
  },
}

/** The bytes with room behind them, so that the scanner may look ahead of the last message. */
function padded(bytes: Uint8Array): Buffer {
  const memory = Buffer.alloc(bytes.length + 4096)
  memory.set(bytes)
  return memory.subarray(0, bytes.length)
}

interface Decoded {
  readonly messages: number
  readonly rows: number
  readonly bestBid: number
  readonly bestAsk: number
}

/** Lines of `receive-time JSON` to rows, and the depth among them to a book. */
function decodeAll(bytes: Uint8Array, instrument: Instrument): Decoded {
  const decoder = new BinanceDecoder({ venue: 'binance-usdm', instruments: [instrument] })
  decoder.context = 0
  const book = new Book({ tickSize: instrument.tickSize, rule: chainRuleOf(instrument.venue) })
  const rows = new RowBuffer(BUFFER_ROWS)
  const receive = new Float64Array(1)
  let messages = 0
  let written = 0
  let at = 0
  while (at < bytes.length) {
    const start = readStamp(bytes, at, receive)
    const before = rows.length
    const count = decoder.decodeLine(bytes, start, bytes.length, receive, 0, rows)
    if (count === BUFFER_FULL) {
      rows.clear()
      continue
    }
    messages++
    written += count
    const kind = count > 0 ? rows.u8[before * 64] : 0
    if (kind === DEPTH_DIFF.kind || kind === DEPTH_SNAPSHOT.kind) book.apply(rows, before)
    at = decoder.end + 1
  }
  return { messages, rows: written, bestBid: (book.top[0] as number) / 10, bestAsk: (book.top[2] as number) / 10 }
}

/** Reads the nanoseconds before the message into microseconds; returns where the message begins. */
function readStamp(bytes: Uint8Array, at: number, receive: Float64Array): number {
  let high = 0
  let low = 0
  for (let i = 0; i < 10; i++) high = (Math.imul(high, 10) + (bytes[at + i] as number) - 48) >>> 0
  for (let i = 10; i < 16; i++) low = Math.imul(low, 10) + (bytes[at + i] as number) - 48
  receive[0] = high * 1_000_000 + low
  return at + 20
}

interface Peer {
  readonly bestBid: number
  readonly bestAsk: number
}

/** The same with the peer's own mappers, as its documentation combines them. */
function normaliseAll(bytes: Buffer): Peer {
  const now = new Date(1_723_161_255_000)
  const mappers = [
    normalizeBookChanges('binance-futures', now),
    normalizeTrades('binance-futures', now),
    normalizeBookTickers('binance-futures', now),
  ]
  const book = new OrderBook()
  let at = 0
  while (at < bytes.length) {
    let end = bytes.indexOf(10, at)
    if (end < 0) end = bytes.length
    const message = JSON.parse(bytes.toString('utf8', at + 20, end)) as {
      stream?: string
      data?: unknown
      lastUpdateId?: number
    }
    const local = new Date(Number(bytes.toString('latin1', at, at + 13)))
    const known =
      message.lastUpdateId === undefined ? message : { stream: 'btcusdt@depthSnapshot', generated: true, data: message }
    for (const mapper of mappers) {
      if (!mapper.canHandle(known)) continue
      for (const normal of mapper.map(known, local) ?? []) if (normal?.type === 'book_change') book.update(normal)
    }
    at = end + 1
  }
  return { bestBid: book.bestBid()?.price ?? 0, bestAsk: book.bestAsk()?.price ?? 0 }
}
