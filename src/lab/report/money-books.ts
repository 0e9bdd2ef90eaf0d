/**
 * The money of a run by position key: what was earned, paid and traded, exact and in the report's asset.
 *
 * In: FILL and FUNDING_PAYMENT rows with the key that each belongs to. Out: sums per key, and round trips as they close.
 * Owns: how funding is divided among keys that share an instrument (as the engine divides it). Amounts in other assets are
 * converted at the prices of their moment. Fails: with AccountError, as positions do.
 */
import { Ledger } from '../../core/account/ledger.ts'
import { LAST_FILL } from '../../core/account/positions.ts'
import type { PriceColumns } from '../../core/account/rate-chains.ts'
import { RoundTrips } from '../../core/account/round-trips.ts'
import type { RoundTrip } from '../../core/account/round-trips.ts'
import { FILL_AMOUNT, Settlement, feeAssetOf } from '../../core/account/settlement.ts'
import { Valuation } from '../../core/account/valuation.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { I128Array } from '../../core/number/i128.ts'
import { FILL_FLAGS, FUNDING_PAYMENT } from '../../core/tape/kinds.ts'
import { ROW_SLOTS } from '../../core/tape/layout.ts'
import { flagsOf, instrumentOf } from '../../core/tape/row-buffer.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { Conversion } from './conversion.ts'

/** Money of a closed trip in the report's asset, 10^-18. */
export interface TripMoney {
  readonly gross: bigint
  readonly fees: bigint
  readonly funding: bigint
  readonly net: bigint
  readonly turnover: bigint
}

/** Sums of one key, 10^-18 of the report's asset. */
export interface KeySums {
  /** Realised profit; the unrealised part comes from `unrealised`. */
  gross: bigint
  fees: bigint
  funding: bigint
  turnover: bigint
  makerTurnover: bigint
}

export interface BookOptions {
  readonly instruments: readonly Instrument[]
  readonly assets: readonly string[]
  readonly asset: string
  /** Keys: strategies times instruments, and as many again as there are instruments for orders of nobody. */
  readonly keys: number
  readonly prices: PriceColumns
  readonly onTrip: (trip: RoundTrip, money: TripMoney) => void
}

export class MoneyBooks {
  readonly settlement: Settlement
  readonly trips: RoundTrips
  readonly conversion: Conversion
  readonly sums: readonly KeySums[]
  /** Fee and funding that the last row moved, in the report's asset. */
  lastFee = 0n
  readonly #options: BookOptions
  readonly #valuation: Valuation
  readonly #amount: I128Array = new I128Array(1)

  constructor(options: BookOptions) {
    const { instruments, assets, keys, prices } = options
    this.#options = options
    this.settlement = new Settlement(instruments, assets)
    const asset = this.settlement.assetIndex(options.asset)
    this.conversion = new Conversion(this.settlement, asset, prices)
    this.trips = new RoundTrips(keys, this.settlement, (trip) => options.onTrip(trip, this.#moneyOf(trip)))
    this.sums = Array.from({ length: keys }, () => {
      return { gross: 0n, fees: 0n, funding: 0n, turnover: 0n, makerTurnover: 0n }
    })
    const ledger = new Ledger({ accounts: ['report'], wallets: ['report'], assets })
    this.#valuation = new Valuation(ledger, this.settlement, asset)
  }

  /** Books a fill of `key`, given for `reason`; its fee is then in `lastFee`. */
  fill(key: number, buffer: RowBuffer, row: number, reason: number): void {
    const { settlement, conversion, trips } = this
    trips.onFill(key, buffer, row, reason)
    const { last } = trips.positions
    const instrument = settlement.readFill(buffer, row)
    const money = settlement.money[instrument] as number
    const own = last.get(LAST_FILL.fee)
    // A fee that the position did not book is one in a third asset.
    const other = own === 0n ? settlement.fill.get(FILL_AMOUNT.fee) : 0n
    const turnover = conversion.convert(settlement.fill.get(FILL_AMOUNT.notional), money)
    this.lastFee = conversion.convert(own, money) + conversion.convert(other, feeAssetOf(buffer, row))
    const sums = this.sums[key] as KeySums
    sums.gross += conversion.convert(last.get(LAST_FILL.realised), money)
    sums.fees += this.lastFee
    sums.turnover += turnover
    if ((flagsOf(buffer, row) & FILL_FLAGS.maker) !== 0) sums.makerTurnover += turnover
  }

  /**
   * Books a funding payment on the keys that hold its instrument, in proportion; the largest takes what is left over.
   * `flatKey` takes it when nobody holds it. Returns the payment in the report's asset.
   */
  funding(buffer: RowBuffer, row: number, flatKey: number): bigint {
    const instrument = instrumentOf(buffer, row)
    this.#amount.loadFrom(0, buffer.u32, (row * ROW_SLOTS + FUNDING_PAYMENT.amount) * 8)
    const paid = this.#amount.get(0)
    const asset = buffer.u16[row * 32 + FUNDING_PAYMENT.assetByte / 2] as number
    const { quantity } = this.trips.positions
    const holders: number[] = []
    for (let key = instrument; key < this.#options.keys; key += this.#options.instruments.length)
      if (quantity[key] !== 0) holders.push(key)
    const lots = (key: number): number => quantity[key] as number
    const total = holders.reduce((sum, key) => sum + lots(key), 0)
    if (total === 0) return this.#payFunding(flatKey, buffer, row, paid, asset)
    const largest = holders.reduce((a, b) => (Math.abs(lots(b)) > Math.abs(lots(a)) ? b : a))
    let left = paid
    let booked = 0n
    for (const key of holders) {
      if (key === largest) continue
      const share = (paid * BigInt(lots(key))) / BigInt(total)
      left -= share
      booked += this.#payFunding(key, buffer, row, share, asset)
    }
    return booked + this.#payFunding(largest, buffer, row, left, asset)
  }

  /** Unrealised profit of a key at the newest prices, in the report's asset. */
  unrealised(key: number): bigint {
    const { positions } = this.trips
    this.#valuation.unrealisedOf(positions, key, this.#options.prices, this.#amount, 0)
    const amount = this.#amount.get(0)
    if (amount === 0n) return 0n
    return this.conversion.convert(amount, this.settlement.money[positions.instrument[key] as number] as number)
  }

  #payFunding(key: number, buffer: RowBuffer, row: number, amount: bigint, asset: number): bigint {
    this.trips.onFunding(key, buffer, row, amount)
    const converted = this.conversion.convert(amount, asset)
    const sums = this.sums[key] as KeySums
    sums.funding += converted
    return converted
  }

  #moneyOf(trip: RoundTrip): TripMoney {
    const { conversion, settlement } = this
    const convert = (amount: bigint): bigint => conversion.convert(amount, trip.assetIndex)
    let fees = convert(trip.fees)
    for (const { asset, amount } of trip.otherFees) fees += conversion.convert(amount, settlement.assetIndex(asset))
    const gross = convert(trip.gross)
    const funding = convert(trip.funding)
    const turnover = convert(trip.entryValue + trip.exitValue)
    return { gross, fees, funding, net: gross - fees + funding, turnover }
  }
}
