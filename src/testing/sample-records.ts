/**
 * Testing: one record of every kind, built as a writer builds it, from the constants of kinds.ts and plain numbers. The
 * golden files of docs/tape-format.md hold exactly these bytes. Never published.
 */
import type { Instrument } from '../core/market/instrument.ts'
import { writeBigId, writeId } from '../core/tape/ids.ts'
import * as k from '../core/tape/kinds.ts'
import { APPEND_TIME, NO_INSTRUMENT, VENUE_TIME, VERSION } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { encodeUtf8 } from '../core/utf8.ts'

/** 2024-08-08T00:00:00Z. */
const START = 1_723_075_200_000_000
const MINUTE = 60_000_000

export const sampleInstruments: readonly Instrument[] = [
  sampleInstrument('BTCUSDT', 'BTC', 1, 3),
  sampleInstrument('1000SHIBUSDT', '1000SHIB', 6, 0),
]

/** An instrument with plain rules; 2 decimals of the mark price more than the venues print is never needed. */
export function sampleInstrument(
  symbol: string,
  base: string,
  priceDecimals: number,
  quantityDecimals: number,
): Instrument {
  return {
    venue: 'binance-usdm',
    market: 'linear',
    symbol,
    version: 1,
    base,
    quote: 'USDT',
    settle: 'USDT',
    contractSize: 1,
    priceDecimals,
    quantityDecimals,
    markDecimals: 8,
    tickSize: 1,
    stepSize: 1,
    minQuantity: 1,
    maxQuantity: 1_000_000,
    marketStepSize: 1,
    marketMinQuantity: 1,
    marketMaxQuantity: 120_000,
    minPrice: 2_614,
    maxPrice: 8_090_340,
    minNotionalMicros: 100_000_000,
    priceBandUpPpm: 1_050_000,
    priceBandDownPpm: 950_000,
    inferred: false,
  }
}

/** All sample records one after the other, in rising order of kind. */
export function sampleRecords(): RowBuffer {
  const sample = new SampleWriter()
  writeMarket(sample)
  writeMoney(sample)
  writeOutputs(sample)
  writeStructure(sample)
  return sample.rows
}

/** Row index of each record of a buffer. */
export function recordStarts(rows: RowBuffer): number[] {
  const starts: number[] = []
  for (let row = 0; row < rows.length; row += 1 + (rows.u16[row * 32 + 1] as number)) starts.push(row)
  return starts
}

interface Head {
  readonly kind: number
  readonly flags?: number
  readonly source?: number
  readonly instrument?: number
  readonly raw?: number
  readonly venueTime?: number
  readonly slot3?: number
}

class SampleWriter {
  readonly rows: RowBuffer = new RowBuffer(256)
  row = 0

  begin(head: Head): this {
    this.row = this.rows.append(head.kind, head.flags ?? 0, head.source ?? 1, head.instrument ?? 0, head.raw ?? 0)
    // By kind, so that a kind that joins later moves no other record.
    this.f64(APPEND_TIME, START + head.kind * 1_000)
    this.f64(VENUE_TIME, head.venueTime ?? 0)
    return this.f64(VERSION, head.slot3 ?? 0)
  }

  f64(slot: number, value: number): this {
    this.rows.f64[this.row * 8 + slot] = value
    return this
  }

  f64s(slot: number, values: readonly number[]): this {
    this.rows.f64.set(values, this.row * 8 + slot)
    return this
  }

  u8(byte: number, value: number): this {
    this.rows.u8[this.row * 64 + byte] = value
    return this
  }

  u16(byte: number, value: number): this {
    this.rows.u16[this.row * 32 + byte / 2] = value
    return this
  }

  u32(byte: number, value: number): this {
    this.rows.u32[this.row * 16 + byte / 4] = value
    return this
  }

  id(slot: number, id: number | bigint): this {
    if (typeof id === 'bigint') writeBigId(this.rows, this.row * 8 + slot, id)
    else writeId(this.rows, this.row * 8 + slot, id)
    return this
  }

  i128(slot: number, value: bigint): this {
    for (let word = 0; word < 4; word++) {
      this.u32(slot * 8 + word * 4, Number(BigInt.asUintN(32, value >> BigInt(word * 32))))
    }
    return this
  }

  bytes(byte: number, bytes: Uint8Array): this {
    this.rows.u8.set(bytes, this.row * 64 + byte)
    return this
  }
}

function writeMarket(s: SampleWriter): void {
  const venueTime = START - 2_000
  const flags = k.SELL_TAKER
  const feed: Head = { kind: 0, source: 2, venueTime }
  s.begin({ ...feed, kind: k.TRADE.kind, flags, slot3: 5_193_123_456 })
  s.f64s(k.TRADE.price, [612_345, 17]).id(k.TRADE.id, 5_193_123_456)
  s.begin({ ...feed, kind: k.AGGREGATE_TRADE.kind, slot3: 2_345_678_901 })
  s.f64s(k.AGGREGATE_TRADE.price, [612_346, 1_250])
  s.id(k.AGGREGATE_TRADE.firstTradeId, 5_193_123_457).id(k.AGGREGATE_TRADE.lastTradeId, 5_193_123_460)
  s.begin({ ...feed, kind: k.BEST_BID_ASK.kind, slot3: 5_129_000_001_234 })
  s.f64s(k.BEST_BID_ASK.bid, [612_345, 10_250, 612_346, 3_007])
  s.begin({ ...feed, kind: k.DEPTH_DIFF.kind, raw: 2, slot3: 5_129_000_001_300 })
  s.id(k.DEPTH_DIFF.firstUpdateId, 5_129_000_001_235).id(k.DEPTH_DIFF.previousUpdateId, 5_129_000_001_234)
  s.u32(k.DEPTH_DIFF.bidCountByte, 4).u32(k.DEPTH_DIFF.askCountByte, 2)
  s.f64s(k.DEPTH_DIFF.levels, [612_345, 9_000, 612_340, 0, 612_300, 55, 500_000, 1, 612_346, 3_100, 612_350, 0])
  s.begin({ ...feed, kind: k.DEPTH_SNAPSHOT.kind, raw: 1, slot3: 5_129_000_001_400 })
  s.f64(k.DEPTH_SNAPSHOT.limit, 1_000).u32(k.DEPTH_SNAPSHOT.bidCountByte, 1).u32(k.DEPTH_SNAPSHOT.askCountByte, 1)
  s.f64s(k.DEPTH_SNAPSHOT.levels, [612_345, 9_000, 612_346, 3_100])
  s.begin({ ...feed, kind: k.DEPTH_PARTIAL.kind, raw: 1, slot3: 5_129_000_001_401 })
  s.f64(k.DEPTH_PARTIAL.limit, 5).u32(k.DEPTH_PARTIAL.bidCountByte, 2).u32(k.DEPTH_PARTIAL.askCountByte, 2)
  s.f64s(k.DEPTH_PARTIAL.levels, [612_345, 9_000, 612_344, 12, 612_346, 3_100, 612_347, 1])
  s.begin({ ...feed, kind: k.CANDLE.kind, flags: k.CANDLE_FLAGS.closed, instrument: 1, raw: 1, slot3: 77_000_555 })
  s.f64s(k.CANDLE.open, [13_250, 13_310, 13_240, 13_301, 9_876_543]).i128(k.CANDLE.quoteVolume, 131_234_567_890n)
  s.f64s(k.CANDLE.openTime, [START - MINUTE, MINUTE, 4_321, 5_000_000]).id(k.CANDLE.lastTradeId, 77_000_555)
  s.begin({ ...feed, kind: k.MARK_PRICE.kind })
  s.f64s(k.MARK_PRICE.mark, [6_123_456_000_000, 6_123_512_345_678, -12_345_678, START + 480 * MINUTE])
  s.begin({ ...feed, kind: k.FUNDING_RATE.kind, venueTime: START })
  s.f64s(k.FUNDING_RATE.rate, [100_000_000, 6_123_456_000_000, 480 * MINUTE])
  s.begin({ ...feed, kind: k.LIQUIDATION.kind, flags })
  s.f64s(k.LIQUIDATION.price, [611_000, 2_500, 612_100, 2_500])
  s.begin({ ...feed, kind: k.TICKER.kind, raw: 1, slot3: 5_193_123_456 })
  s.f64s(k.TICKER.last, [612_345, 600_000, 620_000, 590_000, 345_678_901])
  s.i128(k.TICKER.quoteVolume, 2_111_222_333_444_555_666n).f64(k.TICKER.openTime, START - 1_440 * MINUTE)
  s.id(k.TICKER.lastTradeId, 5_193_123_456).f64(k.TICKER.trades, 4_567_890)
  s.begin({ kind: k.GAP.kind, source: 2 })
  s.id(k.GAP.expected, 5_129_000_001_301).id(k.GAP.received, 2n ** 64n - 1n)
  s.u8(k.GAP.reasonByte, k.GAP_REASON.updateIds).u8(k.GAP.streamByte, k.DEPTH_DIFF.kind)
  s.begin({ kind: k.SOURCE_REFUSED.kind, source: 3, instrument: NO_INSTRUMENT })
  s.f64s(k.SOURCE_REFUSED.aheadBy, [3_600_000_000, 5_000_000])
  s.begin({ kind: k.CLOCK_OFFSET.kind, source: 2, instrument: NO_INSTRUMENT })
  s.f64s(k.CLOCK_OFFSET.offset, [-1_500, 250])
  s.begin({ kind: k.INSTRUMENT_VERSION.kind, instrument: 0 }).u16(k.INSTRUMENT_VERSION.nextByte, 1)
}

function writeMoney(s: SampleWriter): void {
  const none = NO_INSTRUMENT
  text(s.begin({ kind: k.CONFIGURATION.kind, instrument: none, raw: 1 }), k.CONFIGURATION, '{"epoch":1,"leverage":5}')
  text(s.begin({ kind: k.OPERATOR.kind, instrument: none, raw: 1, slot3: 17 }), k.OPERATOR, '{"strategy":"dip"}')
  s.u16(k.OPERATOR.commandByte, k.COMMAND.pause)
  s.begin({ kind: k.ORDER_UPDATE.kind, flags: k.ORDER_STATUS.rejected | k.ID_FORM.uuid, slot3: 18 })
  s.u32(k.ORDER_UPDATE.intentByte, 57).u32(k.ORDER_UPDATE.errorByte, -2019).f64(k.ORDER_UPDATE.filled, 0)
  s.bytes(
    k.ORDER_UPDATE.venueOrderId * 8,
    Uint8Array.from({ length: 16 }, (_, i) => 0x10 + i),
  )
  s.begin({ kind: k.FILL.kind, flags: k.FILL_FLAGS.maker | k.FILL_FLAGS.sell, raw: 1, slot3: 19, venueTime: START })
  s.u32(k.FILL.intentByte, 58).u16(k.FILL.whyByte, k.FILL_WHY.queueReached).u16(k.FILL.feeAssetByte, 1)
  s.f64s(k.FILL.price, [612_346, 250, 1_250]).i128(k.FILL.fee, -30_617_300_000_000_000n)
  s.id(k.FILL.tradeId, 5_193_123_461).f64s(k.FILL.queueAhead, [0, 5_193_123_461])
  s.begin({ kind: k.FUNDING_PAYMENT.kind, raw: 1, slot3: 20, venueTime: START })
  s.u16(k.FUNDING_PAYMENT.assetByte, 1).f64(k.FUNDING_PAYMENT.position, -250)
  s.i128(k.FUNDING_PAYMENT.amount, 1_530_864_000_000_000_000n)
  s.f64s(k.FUNDING_PAYMENT.rate, [100_000_000, 6_123_456_000_000])
  s.begin({ kind: k.TRANSFER.kind, instrument: none, slot3: 21 })
  s.u16(k.TRANSFER.assetByte, 1)
    .u16(k.TRANSFER.walletByte, 1)
    .i128(k.TRANSFER.amount, 10_000n * 10n ** 18n)
  s.begin({ kind: k.TIMER.kind, instrument: none, slot3: 22 }).u32(k.TIMER.timerByte, 4)
  s.begin({ kind: k.STRATEGY_PAUSED.kind, instrument: none, slot3: 23 })
  s.u16(k.STRATEGY_PAUSED.strategyByte, 1).u16(k.STRATEGY_PAUSED.reasonByte, k.PAUSE_REASON.overBudget)
}

function writeOutputs(s: SampleWriter): void {
  const output: Head = { kind: 0, source: 0, slot3: 41 }
  s.begin({ ...output, kind: k.SIGNAL.kind, source: 1, flags: k.DIRECTION.long })
  s.u16(k.SIGNAL.strategyByte, 0).u32(k.SIGNAL.reasonByte, 1).f64s(k.SIGNAL.stop, [600_098, 0, 612_346])
  s.begin({ ...output, kind: k.TARGET.kind, source: 2 })
  s.u16(k.TARGET.strategyByte, 0).u8(k.TARGET.styleByte, k.TARGET_STYLE.postOnly)
  s.f64s(k.TARGET.quantity, [-1_250, 0, 612_346])
  s.begin({ ...output, kind: k.BLOCKED.kind, source: 3 })
  s.u16(k.BLOCKED.strategyByte, 1).u32(k.BLOCKED.codesByte, k.BLOCK.paused | k.BLOCK.belowMinimum)
  s.f64s(k.BLOCKED.quantity, [1, 612_346])
  s.begin({ ...output, kind: k.INTENT.kind, source: 4, flags: k.ORDER_FLAGS.sell | k.ORDER_FLAGS.opening })
  s.u32(k.INTENT.intentByte, 58).u16(k.INTENT.strategyByte, 0)
  s.u8(k.INTENT.typeByte, k.ORDER_TYPE.limit).u8(k.INTENT.timeInForceByte, k.TIME_IN_FORCE.postOnly)
  s.f64s(k.INTENT.price, [612_346, 1_250, 0])
  s.begin({ ...output, kind: k.REQUEST.kind, source: 5, flags: k.REQUEST_OPERATION.place })
  s.u32(k.REQUEST.intentByte, 58).bytes(k.REQUEST.clientOrderId * 8, encodeUtf8('tw'))
  s.u32(k.REQUEST.clientOrderId * 8 + 4, 1).u32(k.REQUEST.clientOrderId * 8 + 8, 58)
  text(s.begin({ ...output, kind: k.TEXT.kind, instrument: NO_INSTRUMENT, raw: 1 }), k.TEXT, 'drop of 1 %')
  s.u32(k.TEXT.textByte, 1)
  s.begin({ ...output, kind: k.STRATEGY_FAILED.kind, source: 6, instrument: NO_INSTRUMENT })
  s.u16(k.STRATEGY_FAILED.strategyByte, 1)
}

function writeStructure(s: SampleWriter): void {
  const structure: Head = { kind: 0, source: 0, instrument: NO_INSTRUMENT, slot3: 41 }
  text(s.begin({ ...structure, kind: k.REFERENCE.kind, raw: 1 }), k.REFERENCE, '{"file":"a.tape","rows":1}')
  s.begin({ ...structure, kind: k.INPUT_DIGEST.kind, raw: 32 })
  s.f64s(k.INPUT_DIGEST.firstSequence, [0, 42])
  s.u32(k.INPUT_DIGEST.hash * 8, 0x0123_4567).u32(k.INPUT_DIGEST.hash * 8 + 4, 0x89ab_cdef)
  s.u32(k.INPUT_DIGEST.grid * 8, 0x0bad_cafe).u32(k.INPUT_DIGEST.grid * 8 + 4 * 256, 0x0bad_cafe)
  s.begin({ ...structure, kind: k.VENUE_CLOCK.kind }).f64s(4, [-1_270_000, 0])
  for (const [kind, slots, hash] of [
    [k.CHECKPOINT, [3, 40_960], k.CHECKPOINT.hash],
    [k.END, [42, 7], k.END.hash],
  ] as const) {
    s.begin({ ...structure, kind: kind.kind }).f64s(4, slots)
    for (let word = 0; word < 4; word++) s.u32(hash * 8 + word * 4, 0x1111_1111 * (word + 1))
  }
}

function text(s: SampleWriter, kind: { readonly textBytesByte: number }, content: string): void {
  const bytes = encodeUtf8(content)
  s.u32(kind.textBytesByte, bytes.length).bytes(64, bytes)
}
