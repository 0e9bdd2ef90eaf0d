/**
 * What time and prices bring by themselves: mark prices each second, funding at its times, liquidation, margin calls.
 *
 * In: the venue's time as it moves on; index and mark prices that an operator sets. Out: mark, funding, balance and
 * margin-call events; positions closed by `liquidation.ts`. Owns which second was looked at last and who has been warned.
 */
import { CONTRA } from '../../../core/account/ledger.ts'
import { I128Array, MAX_SCALE } from '../../../core/number/i128.ts'
import { ROUND_DOWN, VenueRounding, roundingCode } from '../../../core/number/rounding.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'
import { AMOUNT_DECIMALS } from '../venue-instrument.ts'
import { EVENT, FIELD, REASON } from '../events.ts'
import type { MarkRequest } from '../requests.ts'
import { VENUE_ERROR } from '../venue-errors.ts'
import type { ConditionalDesk } from './conditional-desk.ts'
import type { FuturesState } from './futures-state.ts'
import { FUNDING_RECORD } from './history.ts'
import { Liquidation } from './liquidation.ts'

const SECOND = 1_000_000
const RATE_DECIMALS = 8
const FUNDING = roundingCode(VenueRounding.binanceFunding.rounding)
const CELL = { quantity: 0, mark: 1, rate: 2, one: 3 } as const

export class Clockwork {
  readonly #state: FuturesState
  readonly #conditionals: ConditionalDesk
  readonly #liquidation: Liquidation
  /** Number of the last second that was looked at, [0]. */
  readonly #second: Float64Array = Float64Array.of(-1)
  /** Mark prices told so far, by instrument. */
  readonly #marks: Float64Array
  /** Warned: accounts times assets plus asset for cross margin, `-1 - row` for isolated positions. */
  readonly #warned: Set<number> = new Set()
  readonly #amount: I128Array = new I128Array(1)
  readonly #cells: Float64Array = Float64Array.of(0, 0, 0, 1)

  constructor(state: FuturesState, conditionals: ConditionalDesk) {
    this.#state = state
    this.#conditionals = conditionals
    this.#liquidation = new Liquidation(state)
    this.#marks = new Float64Array(state.instruments.length)
  }

  /** Does what a new second and a new funding time ask for. */
  advance(): void {
    const { time, premiums, instruments } = this.#state
    const now = time[0] as number
    const second = Math.floor(now / SECOND)
    if (second <= (this.#second[0] as number)) return
    this.#second[0] = second
    for (let instrument = 0; instrument < instruments.length; instrument++) {
      if (!premiums.second(instrument, now)) continue
      while ((premiums.nextFunding[instrument] as number) <= now) {
        this.#fund(instrument)
        premiums.funded(instrument)
      }
      this.#onMark(instrument)
    }
  }

  /** Sets index and mark price; a mark price of 0 gives it back to the formula. */
  setMark({ instrument, mark, index }: MarkRequest): number {
    const { markets, premiums, instruments, time } = this.#state
    if (instruments[instrument] === undefined) return VENUE_ERROR.invalidSymbol.code
    if (!(Number.isSafeInteger(mark) && mark >= 0 && Number.isSafeInteger(index) && index >= 0))
      return VENUE_ERROR.invalidParameter.code
    const now = time[0] as number
    premiums.start(instrument, now)
    if (index > 0) markets.index[instrument] = index
    premiums.pinned[instrument] = mark > 0 ? 1 : 0
    if (mark > 0) {
      if (markets.index[instrument] === 0) markets.index[instrument] = mark
      // Said again: nothing is new to anybody.
      if (markets.mark[instrument] === mark) return 0
      markets.mark[instrument] = mark
    } else if (markets.mark[instrument] !== 0 || markets.index[instrument] === 0) return 0
    else premiums.second(instrument, now)
    this.#onMark(instrument)
    return 0
  }

  save(writer: StateWriter): void {
    writer.begin('clockwork', 1)
    writer.f64s(this.#second)
    writer.f64s(this.#marks)
    writer.i32s(Int32Array.from(this.#warned))
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('clockwork', 1)
    reader.into(this.#second)
    reader.into(this.#marks)
    this.#warned.clear()
    for (const key of reader.i32s()) this.#warned.add(key)
    reader.end()
  }

  /** Tells a mark price, renews the margin of those who hold the instrument, and closes those whose margin is used up. */
  #onMark(instrument: number): void {
    const { rows, margin, markets, accounts } = this.#state
    this.#tellMark(instrument)
    const holders: number[] = []
    for (let row = rows.firstHolder[instrument] as number; row !== -1; row = rows.nextHolder[row] as number) {
      margin.renew(row)
      holders.push(row)
    }
    const asset = markets.asset[instrument] as number
    for (const row of holders) {
      // An earlier liquidation may have closed it.
      if (rows.quantity[row] === 0) continue
      const account = rows.account[row] as number
      if (accounts.isolated[accounts.key(account, instrument)] === 1) {
        if (margin.isIsolatedDue(row)) this.#liquidation.closeIsolated(row)
        else if (this.#isNewlyStrained(-1 - row, margin.isIsolatedStrained(row))) this.#tellCall(row)
      } else if (margin.isCrossDue(account, asset)) this.#liquidation.closeCross(account, asset)
      else this.#warnCross(account, asset)
    }
    this.#conditionals.onMark(instrument)
  }

  /** Whether somebody has come under strain, which is said once each time. */
  #isNewlyStrained(key: number, isStrained: boolean): boolean {
    if (isStrained === this.#warned.has(key)) return false
    if (isStrained) this.#warned.add(key)
    else this.#warned.delete(key)
    return isStrained
  }

  /** Names all the cross positions of an account that comes under strain. */
  #warnCross(account: number, asset: number): void {
    const { rows, margin, markets, accounts } = this.#state
    const key = account * markets.assets.length + asset
    if (!this.#isNewlyStrained(key, margin.isCrossStrained(account, asset))) return
    for (let row = rows.firstOf(account); row !== -1; row = rows.nextOfAccount[row] as number) {
      const instrument = rows.instrument[row] as number
      const isCross = accounts.isolated[accounts.key(account, instrument)] === 0
      if (isCross && rows.quantity[row] !== 0 && markets.asset[instrument] === asset) this.#tellCall(row)
    }
  }

  #tellCall(row: number): void {
    const { rows, events, time, markets, crowdAccounts } = this.#state
    if ((rows.account[row] as number) < crowdAccounts) return
    const at = events.append(EVENT.marginCall)
    const { cells } = events
    const instrument = rows.instrument[row] as number
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = instrument
    cells[at + FIELD.account] = rows.account[row] as number
    cells[at + FIELD.side] = rows.side[row] as number
    cells[at + FIELD.quantity] = rows.quantity[row] as number
    cells[at + FIELD.price] = markets.mark[instrument] as number
    cells[at + FIELD.asset] = markets.asset[instrument] as number
  }

  #tellMark(instrument: number): void {
    const { events, time, markets } = this.#state
    const at = events.append(EVENT.mark)
    const { cells } = events
    const count = (this.#marks[instrument] as number) + 1
    this.#marks[instrument] = count
    cells[at + FIELD.time] = time[0] as number
    cells[at + FIELD.instrument] = instrument
    cells[at + FIELD.price] = markets.mark[instrument] as number
    cells[at + FIELD.tradeId] = count
    cells[at + FIELD.realized] = markets.index[instrument] as number
  }

  /** Lets long positions pay the short ones at the rate as it stands (or the other way), by the mark price. */
  #fund(instrument: number): void {
    const { rows, markets, premiums, history, wallets, instruments, time } = this.#state
    const rules = instruments[instrument]
    if (rules === undefined) return
    const cells = this.#cells
    cells[CELL.mark] = markets.mark[instrument] as number
    cells[CELL.rate] = premiums.rate[instrument] as number
    const record = history.fundings.append(instrument, '')
    history.fundings.cells[record + FUNDING_RECORD.time] = premiums.nextFunding[instrument] as number
    history.fundings.cells[record + FUNDING_RECORD.rate] = cells[CELL.rate] as number
    history.fundings.cells[record + FUNDING_RECORD.mark] = cells[CELL.mark] as number
    const asset = markets.asset[instrument] as number
    const finer = rules.quantityDecimals + rules.markDecimals + RATE_DECIMALS - AMOUNT_DECIMALS
    const amount = this.#amount
    for (let row = rows.firstHolder[instrument] as number; row !== -1; row = rows.nextHolder[row] as number) {
      cells[CELL.quantity] = rows.quantity[row] as number
      amount.setNumber(0, 0)
      amount.subProduct(0, cells, CELL.quantity, CELL.mark)
      amount.mulDiv(0, cells, CELL.rate, CELL.one, ROUND_DOWN)
      amount.scaleDown(0, Math.min(finer, MAX_SCALE), FUNDING)
      if (amount.isZero(0)) continue
      wallets.receive(rows.account[row] as number, asset, CONTRA.funding, amount, 0)
      const key = this.#state.accounts.key(rows.account[row] as number, instrument)
      const isIsolated = this.#state.accounts.isolated[key] === 1
      if (isIsolated) rows.isolatedWallet.add(row, 0, amount)
      this.#tellFunding(row, asset, time[0] as number)
      if (isIsolated) this.#state.booking.tellPosition(row, REASON.fundingFee)
    }
  }

  #tellFunding(row: number, asset: number, now: number): void {
    const { rows, events, crowdAccounts } = this.#state
    if ((rows.account[row] as number) < crowdAccounts) return
    const at = events.append(EVENT.balance)
    const { cells } = events
    cells[at + FIELD.time] = now
    cells[at + FIELD.instrument] = rows.instrument[row] as number
    cells[at + FIELD.account] = rows.account[row] as number
    cells[at + FIELD.detail] = REASON.fundingFee
    cells[at + FIELD.amount] = this.#amount.toNumber(0)
    cells[at + FIELD.asset] = asset
  }
}
