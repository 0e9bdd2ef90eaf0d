/** Breakdowns of a result: by strategy, instrument, side and exit reason, each adding up to the whole. */
import { average, money } from './figures.ts'
import type { GroupRow } from './report-data.ts'
import { TradeTally } from './trade-tally.ts'
import type { TalliedTrade } from './trade-tally.ts'

/** Money of a group, 10^-18 of the report's asset. */
export interface GroupMoney {
  gross: bigint
  fees: bigint
  funding: bigint
  turnover: bigint
}

export function noMoney(): GroupMoney {
  return { gross: 0n, fees: 0n, funding: 0n, turnover: 0n }
}

/** Adds `from` to `to`. */
export function addMoney(to: GroupMoney, from: Readonly<GroupMoney>): void {
  to.gross += from.gross
  to.fees += from.fees
  to.funding += from.funding
  to.turnover += from.turnover
}

/** Closed trades by the name of their group. Names are few: strategies, instruments, sides, reasons (see OrderReasons). */
export class TradeGroups {
  readonly #tallies: Map<string, TradeTally> = new Map()

  add(name: string, trade: TalliedTrade): void {
    const tally = this.#tallies.get(name) ?? new TradeTally()
    this.#tallies.set(name, tally)
    tally.add(trade)
  }

  /** Rows of groups whose money is known, positions still open included; by net, best first. */
  rowsWith(moneyByName: ReadonlyMap<string, GroupMoney>): readonly GroupRow[] {
    const rows = [...moneyByName].map(([name, sums]) => ({
      net: sums.gross - sums.fees + sums.funding,
      row: rowOf(name, this.#tallies.get(name) ?? new TradeTally(), sums),
    }))
    return rows.toSorted((a, b) => (a.net === b.net ? 0 : a.net < b.net ? 1 : -1)).map(({ row }) => row)
  }

  /** Rows of closed trades, and one for what no closed trade contains: positions still open, fees and funding between. */
  rowsAndRest(total: Readonly<GroupMoney>): readonly GroupRow[] {
    const rest = { ...total }
    const sums = new Map<string, GroupMoney>()
    for (const [name, { gross, fees, funding, turnover }] of this.#tallies) {
      sums.set(name, { gross, fees, funding, turnover })
      addMoney(rest, { gross: -gross, fees: -fees, funding: -funding, turnover: -turnover })
    }
    const rows = this.rowsWith(sums)
    const nothing = rest.gross === 0n && rest.fees === 0n && rest.funding === 0n && rest.turnover === 0n
    return nothing ? rows : [...rows, rowOf('(not closed)', new TradeTally(), rest)]
  }
}

function rowOf(name: string, tally: TradeTally, sums: Readonly<GroupMoney>): GroupRow {
  return {
    name,
    trades: tally.count,
    winRate: tally.winRate,
    profitFactor: tally.profitFactor,
    expectancy: money(average(tally.net, tally.count)),
    gross: money(sums.gross),
    fees: money(sums.fees),
    funding: money(sums.funding),
    net: money(sums.gross - sums.fees + sums.funding),
    turnover: money(sums.turnover),
  }
}
