/**
 * How rows about money turn into amounts: the facts of every instrument, in columns.
 *
 * In: FILL rows and the tables of instruments and assets. Out: exact 128-bit amounts in scratch elements, overwritten by
 * the next row. Owns: which asset an instrument's profit is in, and the scale of its prices and quantities.
 * Refuses: inverse contracts, and instruments whose price times quantity needs more than 18 decimals. Fails: with an
 * `AccountError` that names the instrument. Shared by all books, because it holds nothing that lasts.
 */
import type { Instrument } from '../market/instrument.ts'
import { parseDecimal, scaleOf, significantDecimals } from '../number/decimal.ts'
import { I128Array } from '../number/i128.ts'
import { ROUND_DOWN } from '../number/rounding.ts'
import type { RoundingCode } from '../number/rounding.ts'
import { FILL } from '../tape/kinds.ts'
import { AMOUNT_DECIMALS, ROW_SLOTS } from '../tape/layout.ts'
import { instrumentOf } from '../tape/row-buffer.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import { AccountError } from './account-error.ts'

/**
 * Rounding of everything that is split or valued here: an average cost, a fee in the base asset at its price, a foreign
 * asset at its rate. Toward zero; what is cut off stays where it was, so it is never lost, and is below 10^-18 of a unit.
 */
export const SPLIT_ROUNDING: RoundingCode = ROUND_DOWN

/** Elements of `Settlement.fill`. */
export const FILL_AMOUNT = {
  /** Price times quantity, in the asset of profit; positive. */
  notional: 0,
  /** Quantity of the base asset or of contracts; positive. */
  quantity: 1,
  /** As the row says: positive is paid; in the asset that the row names. */
  fee: 2,
} as const

/** Length of the `factors` of `setScaledProduct`: two factors and two places for what it makes of them. */
export const FACTORS = 4

/** The largest power of ten that can be an operand of 128-bit arithmetic. */
export const MAX_OPERAND_SCALE = 15

/** A market's valuation needs a decimal more than its prices, and both as powers of ten below 2^53. */
const MAX_PRICE_DECIMALS = 14

/** 10^0 to 10^22 by index, all exact; those to 10^15 can be operands of 128-bit arithmetic. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: 23 }, (_, decimals) => scaleOf(decimals))

export class Settlement {
  readonly instruments: readonly Instrument[]
  readonly assets: readonly string[]
  /** 1 where fills exchange assets, 0 where they change a contract position. */
  readonly spot: Uint8Array
  /** Indexes into `assets`. */
  readonly base: Int32Array
  readonly quote: Int32Array
  /** The asset in which profit, cost and funding are counted: settle asset of contracts, quote asset on spot. */
  readonly money: Int32Array
  readonly priceDecimals: Int32Array
  readonly markDecimals: Int32Array
  /** Price quanta of a price of one. */
  readonly priceUnit: Float64Array
  /** A lot is 10^lotScale units of 10^-18. */
  readonly lotScale: Int32Array
  /** Price quantum times lot is `contract` * 10^valueScale units of 10^-18; -1: fills of the instrument are refused. */
  readonly valueScale: Int32Array
  /** Contract size as digits and their decimals: `contract[2 * i]` * 10^-contractDecimals[i]; `contract[2 * i + 1]` is 1. */
  readonly contract: Float64Array
  readonly contractDecimals: Int32Array
  /** 1 where a contract is one base unit, as nearly everywhere: values need no second factor. */
  readonly isWhole: Uint8Array
  /** The fill read last. */
  readonly fill: I128Array = new I128Array(3)
  readonly #factors: Float64Array = new Float64Array(FACTORS)

  /**
   * `assets` says what asset fields of rows mean: `assetTable(instruments)`, or a table with more behind these.
   * Throws AccountError when an asset of an instrument is not in it.
   */
  constructor(instruments: readonly Instrument[], assets: readonly string[]) {
    const count = instruments.length
    this.instruments = instruments
    this.assets = assets
    this.spot = Uint8Array.from(instruments, (instrument) => (instrument.market === 'spot' ? 1 : 0))
    this.base = Int32Array.from(instruments, (instrument) => this.assetIndex(instrument.base))
    this.quote = Int32Array.from(instruments, (instrument) => this.assetIndex(instrument.quote))
    this.money = Int32Array.from(instruments, (instrument) => this.assetIndex(moneyOf(instrument)))
    this.priceDecimals = Int32Array.from(instruments, (instrument) => instrument.priceDecimals)
    this.markDecimals = Int32Array.from(instruments, (instrument) => instrument.markDecimals)
    this.priceUnit = Float64Array.from(instruments, (instrument) => scaleOf(instrument.priceDecimals))
    this.lotScale = Int32Array.from(instruments, (instrument) => AMOUNT_DECIMALS - instrument.quantityDecimals)
    this.valueScale = new Int32Array(count)
    this.isWhole = Uint8Array.from(instruments, (instrument) => (instrument.contractSize === 1 ? 1 : 0))
    this.contract = new Float64Array(count * 2).fill(1)
    this.contractDecimals = new Int32Array(count)
    for (const [i, instrument] of instruments.entries()) {
      const size = String(instrument.contractSize)
      const decimals = significantDecimals(size)
      this.contract[i * 2] = parseDecimal(size, decimals)
      this.contractDecimals[i] = decimals
      const supported = refusalOf(instrument, decimals) === undefined
      this.valueScale[i] = supported
        ? AMOUNT_DECIMALS - instrument.priceDecimals - instrument.quantityDecimals - decimals
        : -1
    }
  }

  /**
   * Reads a FILL row into `fill` and returns its instrument. Throws AccountError when the instrument's fills are refused,
   * price or quantity is no positive integer or the fee's asset is unknown; RangeError when the value leaves 128 bits.
   */
  readFill(buffer: RowBuffer, row: number): number {
    const instrument = instrumentOf(buffer, row)
    if (!((this.valueScale[instrument] as number) >= 0)) throw this.#refusal(instrument)
    const at = row * ROW_SLOTS
    const { fill } = this
    if (!isCount(buffer.f64, at + FILL.price)) throw this.#badFill(instrument, 'a price that is no positive integer')
    if (!isCount(buffer.f64, at + FILL.quantity))
      throw this.#badFill(instrument, 'a quantity that is no positive integer')
    if (feeAssetOf(buffer, row) >= this.assets.length)
      throw this.#badFill(instrument, `fee asset ${feeAssetOf(buffer, row)}, which the session does not know`)
    const factors = this.#factors
    factors[0] = buffer.f64[at + FILL.price] as number
    factors[1] = buffer.f64[at + FILL.quantity] as number
    this.setValue(fill, FILL_AMOUNT.notional, instrument, factors)
    factors[0] = 1
    setScaledProduct(fill, FILL_AMOUNT.quantity, factors, this.lotScale[instrument] as number)
    fill.loadFrom(FILL_AMOUNT.fee, buffer.u32, (at + FILL.fee) * 8)
    return instrument
  }

  /** into[at] = the amount of `factors[0]` price quanta times `factors[1]` lots; `factors` as in `setScaledProduct`. */
  setValue(into: I128Array, at: number, instrument: number, factors: Float64Array): void {
    if (this.isWhole[instrument] === 1) {
      setScaledProduct(into, at, factors, this.valueScale[instrument] as number)
    } else {
      setScaledProduct(into, at, factors, 0)
      this.scaleValue(into, at, instrument)
    }
  }

  /** Turns price quanta times lots in `into[at]` into an amount. */
  scaleValue(into: I128Array, at: number, instrument: number): void {
    if (this.isWhole[instrument] === 0) into.mulDiv(at, this.contract, instrument * 2, instrument * 2 + 1, ROUND_DOWN)
    into.scaleUp(at, this.valueScale[instrument] as number)
  }

  /** Index of an asset by name. Throws AccountError when the table has no such asset. */
  assetIndex(name: string): number {
    const index = this.assets.indexOf(name)
    if (index < 0)
      throw new AccountError(
        'mismatch',
        `asset ${name} is in no instrument of the session: add an instrument that has it`,
      )
    return index
  }

  /** The instrument as people write it, for messages. */
  nameOf(instrument: number): string {
    const found = this.instruments[instrument]
    return found === undefined ? `instrument ${instrument}` : `${found.venue}:${found.symbol}`
  }

  #refusal(instrument: number): AccountError {
    const found = this.instruments[instrument]
    if (found === undefined)
      return new AccountError(
        'mismatch',
        `a fill names instrument ${instrument} of a table of ${this.instruments.length}`,
      )
    const why = refusalOf(found, this.contractDecimals[instrument] as number) ?? 'its fills cannot be booked'
    return new AccountError('unsupported', `${this.nameOf(instrument)}: ${why}; use it for data only`)
  }

  #badFill(instrument: number, what: string): AccountError {
    return new AccountError(
      'mismatch',
      `a fill of ${this.nameOf(instrument)} has ${what}: the row is damaged or its writer wrong`,
    )
  }
}

/**
 * into[at] = factors[0] * factors[1] * 10^scale, exactly; below a scale of 0 what is cut off is rounded toward zero. The
 * factors are safe integers. Where their product is one too, as nearly always, this is a single multiplication: a quarter
 * of the time of scaling 128 bits.
 */
export function setScaledProduct(into: I128Array, at: number, factors: Float64Array, scale: number): void {
  into.setNumber(at, 0)
  const product = (factors[0] as number) * (factors[1] as number)
  if (scale >= 0 && scale <= MAX_OPERAND_SCALE && Math.abs(product) <= Number.MAX_SAFE_INTEGER) {
    factors[2] = product
    factors[3] = POWERS_OF_TEN[scale] as number
    into.addProduct(at, factors, 2, 3)
  } else {
    into.addProduct(at, factors, 0, 1)
    if (scale >= 0) into.scaleUp(at, scale)
    else into.scaleDown(at, -scale, SPLIT_ROUNDING)
  }
}

/** Asset index of a FILL row's fee. */
export function feeAssetOf(buffer: RowBuffer, row: number): number {
  return buffer.u16[row * 32 + FILL.feeAssetByte / 2] as number
}

function isCount(slots: Float64Array, at: number): boolean {
  const value = slots[at] as number
  return value > 0 && Number.isSafeInteger(value)
}

function moneyOf(instrument: Instrument): string {
  return instrument.market === 'spot' ? instrument.quote : instrument.settle
}

/** Why fills of an instrument cannot be booked exactly; undefined if they can. */
function refusalOf(instrument: Instrument, contractDecimals: number): string | undefined {
  const { market, priceDecimals, quantityDecimals, markDecimals, contractSize } = instrument
  if (market === 'inverse') return 'inverse contracts divide by the price, which has no exact amount'
  if (market === 'spot' && contractSize !== 1)
    return `a spot market has no contracts, its contract size ${contractSize} must be 1`
  if (!(contractSize > 0)) return `contract size ${contractSize} is not positive`
  const decimals = priceDecimals + quantityDecimals + contractDecimals
  if (decimals > AMOUNT_DECIMALS)
    return `price times quantity has ${decimals} decimals where amounts have ${AMOUNT_DECIMALS}`
  if (priceDecimals > MAX_PRICE_DECIMALS || markDecimals > MAX_PRICE_DECIMALS)
    return `its prices have more than ${MAX_PRICE_DECIMALS} decimals`
  return undefined
}
