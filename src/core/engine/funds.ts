/** The account's money in millionths of its settle asset, as the limits read it. */
import type { PositionTable } from '../account/positions.ts'
import type { Valuation } from '../account/valuation.ts'
import { I128Array } from '../number/i128.ts'
import { ROUND_FLOOR } from '../number/rounding.ts'
import { FUNDS } from '../risk/pre-trade-check.ts'
import type { PreTradeCheck } from '../risk/pre-trade-check.ts'
import { AMOUNT_DECIMALS } from '../tape/layout.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { MarketState } from './market-state.ts'

const MICRO_DECIMALS = 6
/** For so long prices may move before limits are judged by new figures. */
const FRESH_US = 1_000_000
const DAY_US = 86_400_000_000

export class Funds {
  /** [0] equity in 10^-18 of the settle asset, as of the last refresh. */
  readonly equity: I128Array = new I128Array(2)
  readonly #valuation: Valuation
  readonly #account: PositionTable
  readonly #market: MarketState
  readonly #check: PreTradeCheck
  /** [0] end of the UTC day at hand, microseconds. */
  readonly dayEnd: Float64Array = new Float64Array(1)
  readonly #freshUntil: Float64Array = new Float64Array(1)
  readonly #time: Float64Array

  /** `time[0]` is the engine's time, microseconds. */
  constructor(
    valuation: Valuation,
    account: PositionTable,
    market: MarketState,
    check: PreTradeCheck,
    time: Float64Array,
  ) {
    this.#time = time
    this.#valuation = valuation
    this.#account = account
    this.#market = market
    this.#check = check
  }

  /** Money changed: the figures are out of date. */
  touch(): void {
    this.#freshUntil[0] = 0
  }

  /** Refreshes figures that are out of date: after money changed, and otherwise at most once a second. */
  freshen(): void {
    if ((this.#time[0] as number) >= (this.#freshUntil[0] as number)) this.refresh()
  }

  /** Values the account at the newest prices and judges the day's loss. */
  refresh(): void {
    const { equity } = this
    this.#valuation.equityOf(0, this.#account, this.#market, equity, 0)
    equity.copy(1, 0)
    equity.scaleDown(1, AMOUNT_DECIMALS - MICRO_DECIMALS, ROUND_FLOOR)
    equity.storeNumber(1, this.#check.funds, FUNDS.equity)
    this.#freshUntil[0] = (this.#time[0] as number) + FRESH_US
    this.#check.refreshDailyLoss()
  }

  /** Begins a new day when the old one's end has passed. */
  onTime(): void {
    const now = this.#time[0] as number
    if (now < (this.dayEnd[0] as number)) return
    this.dayEnd[0] = (Math.floor(now / DAY_US) + 1) * DAY_US
    this.refresh()
    this.#check.funds[FUNDS.dayStart] = this.#check.funds[FUNDS.equity] as number
    this.#check.refreshDailyLoss()
  }

  /** A deposit or withdrawal is no profit or loss: the day's start moves with it. */
  afterTransfer(): void {
    const before = this.#check.funds[FUNDS.equity] as number
    this.refresh()
    const moved = (this.#check.funds[FUNDS.equity] as number) - before
    this.#check.funds[FUNDS.dayStart] = (this.#check.funds[FUNDS.dayStart] as number) + moved
    this.#check.refreshDailyLoss()
  }

  save(writer: StateWriter): void {
    writer.begin('funds', 1)
    writer.f64s(this.dayEnd)
    writer.f64s(this.#freshUntil)
    writer.u32s(this.equity.words)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('funds', 1)
    reader.into(this.dayEnd)
    reader.into(this.#freshUntil)
    reader.into(this.equity.words)
    reader.end()
  }
}
