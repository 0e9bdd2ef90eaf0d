/**
 * Funding of contract positions.
 *
 * In: FUNDING_RATE rows, and MARK_PRICE rows for instruments that have none. Out: FUNDING_PAYMENT rows, booked. Owns the
 * formula: amount = -position * mark * rate, exact, rounded once as the venue does; a long pays while the rate is positive.
 * The mark is the row's, else the last mark price, else the last trade or close.
 *
 * Without funding rows the announced funding is paid by the first mark price at or behind its time, at the rate that was
 * announced last before it. A funding row that follows within a minute tells of the same funding.
 */
import { I128Array } from '../../core/number/i128.ts'
import { MAX_SCALE } from '../../core/number/i128.ts'
import { ROUND_DOWN, VenueRounding, roundingCode } from '../../core/number/rounding.ts'
import { FUNDING_PAYMENT, FUNDING_RATE, MARK_PRICE } from '../../core/tape/kinds.ts'
import { AMOUNT_DECIMALS, RATE_DECIMALS, ROW_SLOTS, VENUE_TIME } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { Floor } from './floor.ts'
import { SEEN, type RecordedMarket } from './recorded-market.ts'

/** Columns of `#announced`: next funding time (0 if none), its rate, and the time of the last payment. */
const ANNOUNCED = { time: 0, rate: 1, paid: 2 } as const
const COLUMNS = 3
const CELL = { position: 0, mark: 1, rate: 2, one: 3, length: 4 } as const
/** Venues stamp one funding up to some seconds apart in different streams. */
const SAME_FUNDING_MICROS = 60_000_000
const { decimals: DECIMALS, rounding: ROUNDING } = VenueRounding.binanceFunding
const ROUNDING_CODE = roundingCode(ROUNDING)

export class Funding {
  readonly #floor: Floor
  readonly #market: RecordedMarket
  readonly #announced: Float64Array
  readonly #amount: I128Array = new I128Array(1)
  readonly #cells: Float64Array = Float64Array.of(0, 0, 0, 1)

  constructor(floor: Floor, market: RecordedMarket) {
    this.#floor = floor
    this.#market = market
    this.#announced = new Float64Array(floor.instruments.length * COLUMNS)
  }

  /** A FUNDING_RATE row. */
  onFunding(buffer: RowBuffer, row: number, instrument: number): void {
    const at = row * ROW_SLOTS
    const cells = this.#cells
    const paid = instrument * COLUMNS + ANNOUNCED.paid
    const time = buffer.f64[at + VENUE_TIME] as number
    const last = this.#announced[paid] as number
    this.#market.seen[instrument] = (this.#market.seen[instrument] as number) | SEEN.funding
    if (last !== 0 && Math.abs(time - last) < SAME_FUNDING_MICROS) return
    this.#announced[paid] = time
    cells[CELL.rate] = buffer.f64[at + FUNDING_RATE.rate] as number
    cells[CELL.mark] = buffer.f64[at + FUNDING_RATE.mark] as number
    this.#pay(instrument)
  }

  /** A MARK_PRICE row, after the market has taken it. */
  onMark(buffer: RowBuffer, row: number, instrument: number): void {
    const announced = this.#announced
    const at = row * ROW_SLOTS
    const own = instrument * COLUMNS
    const due = announced[own + ANNOUNCED.time] as number
    const next = buffer.f64[at + MARK_PRICE.nextFundingTime] as number
    const time = buffer.f64[at + VENUE_TIME] as number
    if (due !== 0 && time >= due && ((this.#market.seen[instrument] as number) & SEEN.funding) === 0) {
      const cells = this.#cells
      announced[own + ANNOUNCED.paid] = due
      cells[CELL.rate] = announced[own + ANNOUNCED.rate] as number
      cells[CELL.mark] = buffer.f64[at + MARK_PRICE.mark] as number
      this.#pay(instrument)
    }
    if (next > time) {
      announced[own + ANNOUNCED.time] = next
      announced[own + ANNOUNCED.rate] = buffer.f64[at + MARK_PRICE.fundingRate] as number
    } else announced[own + ANNOUNCED.time] = 0
  }

  save(writer: StateWriter): void {
    writer.begin('funding', 1)
    writer.f64s(this.#announced)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('funding', 1)
    reader.into(this.#announced)
    reader.end()
  }

  #pay(instrument: number): void {
    const { account, events, instruments } = this.#floor
    const { settlement } = account
    const position = account.position(instrument)
    const rules = instruments[instrument]
    if (position === 0 || rules === undefined || settlement.spot[instrument] === 1) return
    const cells = this.#cells
    if (!((cells[CELL.mark] as number) > 0)) this.#market.writeReference(instrument, cells, CELL.mark)
    cells[CELL.position] = position
    const amount = this.#amount
    amount.setNumber(0, 0)
    amount.subProduct(0, cells, CELL.position, CELL.mark)
    amount.mulDiv(0, cells, CELL.rate, CELL.one, ROUND_DOWN)
    if (settlement.contract[instrument * 2] !== 1)
      amount.mulDiv(0, settlement.contract, instrument * 2, instrument * 2 + 1, ROUND_DOWN)
    const contractDecimals = settlement.contractDecimals[instrument] as number
    const finer = rules.quantityDecimals + rules.markDecimals + contractDecimals + RATE_DECIMALS - DECIMALS
    // More decimals than one step takes off: what the first step drops is far below what the second rounds.
    if (finer > MAX_SCALE) amount.scaleDown(0, finer - MAX_SCALE, ROUND_DOWN)
    amount.scaleDown(0, Math.min(finer, MAX_SCALE), ROUNDING_CODE)
    amount.scaleUp(0, AMOUNT_DECIMALS - DECIMALS)
    const { rows } = events
    const row = events.funding(instrument, settlement.money[instrument] as number, amount, 0)
    rows.f64[row * ROW_SLOTS + FUNDING_PAYMENT.position] = position
    rows.f64[row * ROW_SLOTS + FUNDING_PAYMENT.rate] = cells[CELL.rate] as number
    rows.f64[row * ROW_SLOTS + FUNDING_PAYMENT.mark] = cells[CELL.mark] as number
    account.applyFunding(instrument, amount, 0)
  }
}
