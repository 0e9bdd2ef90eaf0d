/**
 * Round trips: the trades of a report, each from the fill that opens a position to the one that closes it.
 *
 * In: FILL and FUNDING_PAYMENT rows of a run, with the position key they belong to and the reason of their order; prices,
 * if excursions are wanted. Out: plain objects, handed on as trips close. Owns: how a fill that turns a position is divided.
 * A view: it may allocate, and nothing of it flows back into a run.
 *
 * Nothing falls between two trips: gross, fees and funding of all closed trips, the open ones and `between` add up to
 * the columns of the position table.
 */
import { I128Array } from '../number/i128.ts'
import { FILL, FILL_FLAGS, FUNDING_PAYMENT } from '../tape/kinds.ts'
import { APPEND_TIME, ROW_SLOTS } from '../tape/layout.ts'
import { flagsOf } from '../tape/row-buffer.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import { LAST_FILL, PositionTable } from './positions.ts'
import { FILL_AMOUNT, feeAssetOf } from './settlement.ts'
import type { Settlement } from './settlement.ts'

/** Amounts are in 10^-18 of `asset`, quantities in 10^-18 of the base asset or of contracts, times in microseconds. */
export interface RoundTrip {
  /** The position key that its fills were given with. */
  readonly key: number
  readonly instrument: number
  readonly symbol: string
  readonly side: 'long' | 'short'
  readonly entryTime: number
  /** Time of the last fill so far while the trip is open. */
  readonly exitTime: number
  /** exitTime - entryTime */
  readonly duration: number
  /** Average prices of all fills that added and all that took away, in the quote asset; 0 if none. */
  readonly entryPrice: number
  readonly exitPrice: number
  /** All that was added, and all that was taken away again. */
  readonly entered: bigint
  readonly exited: bigint
  /** Value of all that was added, and of all that was taken away. */
  readonly entryValue: bigint
  readonly exitValue: bigint
  /** Largest position in lots. */
  readonly maxQuantity: number
  /** Index of the asset that profit is in, and its name. */
  readonly assetIndex: number
  readonly asset: string
  /** Profit before costs. */
  readonly gross: bigint
  /** Fees in `asset` and, by value, in the base asset. */
  readonly fees: bigint
  readonly funding: bigint
  /** gross - fees + funding */
  readonly net: bigint
  /** Fees in third assets, in 10^-18 of each; not part of `net`. */
  readonly otherFees: readonly { readonly asset: string; readonly amount: bigint }[]
  readonly fills: number
  /** Share of the quantity that was filled as maker. */
  readonly makerShare: number
  /** Furthest that the price went against and for the position, as fractions of the average entry price. */
  readonly adverse: number
  readonly favourable: number
  /** Reasons of the first and of the last fill. */
  readonly entryReason: number
  readonly exitReason: number
}

/** A trip in the making. */
interface Draft {
  readonly key: number
  readonly long: boolean
  readonly entryTime: number
  exitTime: number
  entered: bigint
  exited: bigint
  entryValue: bigint
  exitValue: bigint
  maxQuantity: number
  gross: bigint
  fees: bigint
  funding: bigint
  readonly otherFees: Map<number, bigint>
  fills: number
  makerQuantity: bigint
  adverse: number
  favourable: number
  readonly entryReason: number
  exitReason: number
}

/** One fill, or the part of it that belongs to one trip. */
interface Part {
  readonly time: number
  readonly sell: boolean
  readonly maker: boolean
  readonly quantity: bigint
  readonly value: bigint
  readonly realised: bigint
  readonly fee: bigint
  readonly feeAsset: number
  readonly otherFee: bigint
}

/** What belongs to no trip: fees and dust of fills that left no position, and funding while flat. */
export interface BetweenTrips {
  readonly gross: bigint
  readonly fees: bigint
  readonly funding: bigint
}

export class RoundTrips {
  /** The positions that the fills add up to, by key. */
  readonly positions: PositionTable
  readonly #settlement: Settlement
  readonly #take: (trip: RoundTrip) => void
  readonly #drafts: (Draft | undefined)[]
  readonly #amount: I128Array = new I128Array(1)
  #between: BetweenTrips = { gross: 0n, fees: 0n, funding: 0n }

  /** `take` is given each trip as it closes, in the order of their closing fills. */
  constructor(keys: number, settlement: Settlement, take: (trip: RoundTrip) => void) {
    this.positions = new PositionTable(keys, settlement)
    this.#settlement = settlement
    this.#take = take
    this.#drafts = Array.from({ length: keys }, () => undefined)
  }

  get between(): BetweenTrips {
    return this.#between
  }

  /** Adds a fill of `key`, whose order was given for `reason` (0: unknown). Throws AccountError as positions do. */
  onFill(key: number, buffer: RowBuffer, row: number, reason = 0): void {
    const { positions } = this
    const draft = this.#drafts[key]
    const price = buffer.f64[row * ROW_SLOTS + FILL.price] as number
    const before = Math.abs(positions.quantity[key] as number)
    this.onPrice(key, price)
    positions.applyFill(key, buffer, row)
    const after = positions.quantity[key] as number
    const part = this.#partOf(buffer, row)
    if (draft === undefined) {
      if (after === 0) this.#addBetween(part)
      else this.#enter(this.#begin(key, part, reason), part)
    } else if (draft.long === part.sell) {
      const turned = after !== 0 && after > 0 !== draft.long
      const exit = turned
        ? shareOf(part, BigInt(before), BigInt(buffer.f64[row * ROW_SLOTS + FILL.quantity] as number))
        : part
      exitBy(draft, exit, reason)
      if (turned || after === 0) this.#close(draft)
      if (turned) this.#enter(this.#begin(key, part, reason), restOf(part, exit))
    } else {
      this.#enter(draft, part)
      if (after === 0) this.#close(draft)
    }
    this.onPrice(key, price)
  }

  /** Adds a funding payment of `key`; `amount` instead of the row's own where the payment is shared between keys. */
  onFunding(key: number, buffer: RowBuffer, row: number, amount?: bigint): void {
    this.#amount.loadFrom(0, buffer.u32, (row * ROW_SLOTS + FUNDING_PAYMENT.amount) * 8)
    const paid = amount ?? this.#amount.get(0)
    this.#amount.set(0, paid)
    this.positions.funding.add(key, 0, this.#amount)
    const draft = this.#drafts[key]
    if (draft !== undefined) draft.funding += paid
    else this.#between = { ...this.#between, funding: this.#between.funding + paid }
  }

  /** Notes a price at which `key` could be seen, in price quanta of its instrument; a candle gives its high and its low. */
  onPrice(key: number, price: number): void {
    const draft = this.#drafts[key]
    const entry = this.positions.averageEntry(key)
    if (draft === undefined || !(entry > 0)) return
    const move = draft.long ? price / entry - 1 : 1 - price / entry
    if (move < draft.adverse) draft.adverse = move
    if (move > draft.favourable) draft.favourable = move
  }

  /** Trips that are still open, by key; their `net` is what is realised so far. */
  open(): readonly RoundTrip[] {
    return this.#drafts.filter((draft) => draft !== undefined).map((draft) => this.#tripOf(draft))
  }

  #partOf(buffer: RowBuffer, row: number): Part {
    const { fill, money, base, spot } = this.#settlement
    const { last } = this.positions
    const instrument = this.#settlement.readFill(buffer, row)
    const flags = flagsOf(buffer, row)
    const feeAsset = feeAssetOf(buffer, row)
    const own = feeAsset === money[instrument] || (spot[instrument] === 1 && feeAsset === base[instrument])
    return {
      time: buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number,
      sell: (flags & FILL_FLAGS.sell) !== 0,
      maker: (flags & FILL_FLAGS.maker) !== 0,
      quantity: fill.get(FILL_AMOUNT.quantity),
      value: fill.get(FILL_AMOUNT.notional),
      realised: last.get(LAST_FILL.realised),
      fee: last.get(LAST_FILL.fee),
      feeAsset,
      otherFee: own ? 0n : fill.get(FILL_AMOUNT.fee),
    }
  }

  #begin(key: number, part: Part, reason: number): Draft {
    const draft: Draft = {
      key,
      long: !part.sell,
      entryTime: part.time,
      exitTime: part.time,
      entered: 0n,
      exited: 0n,
      entryValue: 0n,
      exitValue: 0n,
      maxQuantity: 0,
      gross: 0n,
      fees: 0n,
      funding: 0n,
      otherFees: new Map(),
      fills: 0,
      makerQuantity: 0n,
      adverse: 0,
      favourable: 0,
      entryReason: reason,
      exitReason: 0,
    }
    this.#drafts[key] = draft
    return draft
  }

  #enter(draft: Draft, part: Part): void {
    draft.entered += part.quantity
    draft.entryValue += part.value
    draft.maxQuantity = Math.max(draft.maxQuantity, Math.abs(this.positions.quantity[draft.key] as number))
    addCosts(draft, part)
  }

  #addBetween(part: Part): void {
    const { gross, fees, funding } = this.#between
    this.#between = { gross: gross + part.realised, fees: fees + part.fee, funding }
  }

  #close(draft: Draft): void {
    this.#drafts[draft.key] = undefined
    this.#take(this.#tripOf(draft))
  }

  #tripOf(draft: Draft): RoundTrip {
    const { instruments, assets, money } = this.#settlement
    const { otherFees, makerQuantity, long, ...figures } = draft
    const instrument = this.positions.instrument[draft.key] as number
    const found = instruments[instrument]
    const size = found?.contractSize ?? 1
    const assetIndex = money[instrument] as number
    return {
      ...figures,
      instrument,
      symbol: found?.symbol ?? '',
      side: long ? 'long' : 'short',
      duration: draft.exitTime - draft.entryTime,
      entryPrice: averagePrice(draft.entryValue, draft.entered, size),
      exitPrice: averagePrice(draft.exitValue, draft.exited, size),
      assetIndex,
      asset: assets[assetIndex] ?? '',
      net: draft.gross - draft.fees + draft.funding,
      otherFees: [...otherFees].map(([asset, amount]) => ({ asset: assets[asset] ?? '', amount })),
      makerShare: Number(makerQuantity) / Number(draft.entered + draft.exited),
    }
  }
}

function exitBy(draft: Draft, part: Part, reason: number): void {
  draft.exited += part.quantity
  draft.exitValue += part.value
  draft.exitReason = reason
  addCosts(draft, part)
}

function addCosts(draft: Draft, part: Part): void {
  draft.exitTime = part.time
  draft.gross += part.realised
  draft.fees += part.fee
  if (part.otherFee !== 0n)
    draft.otherFees.set(part.feeAsset, (draft.otherFees.get(part.feeAsset) ?? 0n) + part.otherFee)
  if (part.maker) draft.makerQuantity += part.quantity
  draft.fills += 1
}

/** The closing share of a fill that turns a position: `lots` of `all`, with the profit; fees are cut toward zero. */
function shareOf(part: Part, lots: bigint, all: bigint): Part {
  const cut = (amount: bigint): bigint => (amount * lots) / all
  return {
    ...part,
    quantity: cut(part.quantity),
    value: cut(part.value),
    fee: cut(part.fee),
    otherFee: cut(part.otherFee),
  }
}

/** The opening share: what the closing one left. */
function restOf(part: Part, closing: Part): Part {
  return {
    ...part,
    quantity: part.quantity - closing.quantity,
    value: part.value - closing.value,
    realised: 0n,
    fee: part.fee - closing.fee,
    otherFee: part.otherFee - closing.otherFee,
  }
}

/** An average as a double: a view, never money. */
function averagePrice(value: bigint, quantity: bigint, contractSize: number): number {
  return quantity === 0n ? 0 : Number(value) / Number(quantity) / contractSize
}
