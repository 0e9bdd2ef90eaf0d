/**
 * The result by day, and from the days by ISO week and month.
 *
 * A day's net is what equity gained between its ends. Fees and funding belong to the day that is open when they are booked,
 * so that gross = net + fees - funding holds in every row.
 */
import { printDay } from '../../core/calendar.ts'
import { monthName, weekName } from './calendar-names.ts'
import { money, ratio } from './figures.ts'
import type { PeriodRow } from './report-data.ts'
import { DAY_US } from './ratios.ts'

interface Draft {
  /** Equity with transfers taken out, and equity as it was, when the period began. */
  readonly base: bigint
  readonly capital: bigint
  end: bigint
  /** Equity as it is at the end. */
  equity: bigint
  fees: bigint
  funding: bigint
  trades: number
  wins: number
  entries: number
  netByEntry: bigint
}

export class PeriodBook {
  readonly #days: Map<number, Draft> = new Map()
  /** -1 before the first observation. */
  #day = -1
  #open: Draft

  /** `equity` is what the first day begins with. */
  constructor(equity: bigint) {
    this.#open = draftOf(equity, equity)
  }

  /** Takes equity with transfers taken out, and as it is; the first observation of a new day closes the one before. */
  observe(timeUs: number, equity: bigint, capital: bigint): void {
    const open = this.#open
    open.end = equity
    open.equity = capital
    const day = Math.floor(timeUs / DAY_US)
    if (day <= this.#day) return
    if (this.#day >= 0) this.#open = draftOf(equity, capital)
    this.#day = day
    this.#days.set(day, this.#open)
  }

  fee(amount: bigint): void {
    this.#open.fees += amount
  }

  funding(amount: bigint): void {
    this.#open.funding += amount
  }

  /** A trade that was opened at `entryUs` closes now. */
  trade(entryUs: number, net: bigint): void {
    this.#open.trades += 1
    if (net > 0n) this.#open.wins += 1
    const entered = this.#days.get(Math.floor(entryUs / DAY_US)) ?? this.#open
    entered.entries += 1
    entered.netByEntry += net
  }

  days(): readonly PeriodRow[] {
    return [...this.#days].map(([day, draft]) => rowOf(printDay(day), [draft]))
  }

  weeks(): readonly PeriodRow[] {
    return this.#grouped(weekName)
  }

  months(): readonly PeriodRow[] {
    return this.#grouped(monthName)
  }

  #grouped(nameOf: (day: number) => string): readonly PeriodRow[] {
    const groups = Map.groupBy(this.#days, ([day]) => nameOf(day))
    return [...groups].map(([name, days]) =>
      rowOf(
        name,
        days.map(([, draft]) => draft),
      ),
    )
  }
}

function draftOf(base: bigint, capital: bigint): Draft {
  return {
    base,
    capital,
    end: base,
    equity: capital,
    fees: 0n,
    funding: 0n,
    trades: 0,
    wins: 0,
    entries: 0,
    netByEntry: 0n,
  }
}

/** One row of consecutive days. */
function rowOf(period: string, days: readonly Draft[]): PeriodRow {
  const first = days[0] as Draft
  const last = days[days.length - 1] as Draft
  const sum = (of: (day: Draft) => bigint): bigint => days.reduce((total, day) => total + of(day), 0n)
  const count = (of: (day: Draft) => number): number => days.reduce((total, day) => total + of(day), 0)
  const net = last.end - first.base
  const fees = sum((day) => day.fees)
  const funding = sum((day) => day.funding)
  return {
    period,
    gross: money(net + fees - funding),
    fees: money(fees),
    funding: money(funding),
    net: money(net),
    fraction: ratio(net, first.capital, 'no equity'),
    equityEnd: money(last.equity),
    trades: count((day) => day.trades),
    wins: count((day) => day.wins),
    entries: count((day) => day.entries),
    netByEntry: money(sum((day) => day.netByEntry)),
  }
}
