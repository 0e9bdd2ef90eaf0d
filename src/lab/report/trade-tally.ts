/** Sums over closed trades, one after the other, so that a million of them need no memory. */
import { DAY_US } from './ratios.ts'
import { average, figure, money, notAvailable, ratio } from './figures.ts'
import type { Figure, LosingStreak, TradeFacts } from './report-data.ts'

/** What a tally needs of a trade; money in 10^-18 of the report's asset. */
export interface TalliedTrade {
  readonly entryUs: number
  readonly exitUs: number
  readonly gross: bigint
  readonly fees: bigint
  readonly funding: bigint
  readonly net: bigint
  /** Value of its fills. */
  readonly turnover: bigint
}

interface Streak {
  trades: number
  net: bigint
  fromUs: number
  toUs: number
}

export class TradeTally {
  count = 0
  wins = 0
  losses = 0
  gross = 0n
  fees = 0n
  funding = 0n
  net = 0n
  turnover = 0n
  #won = 0n
  /** Negative. */
  #lost = 0n
  #largestWin = 0n
  #largestLoss = 0n
  #durationUs = 0
  #longestLossUs = 0
  #streak: Streak | undefined
  #longestStreak: Streak | undefined

  add(trade: TalliedTrade): void {
    const { net } = trade
    const duration = trade.exitUs - trade.entryUs
    this.count += 1
    this.gross += trade.gross
    this.fees += trade.fees
    this.funding += trade.funding
    this.net += net
    this.turnover += trade.turnover
    this.#durationUs += duration
    if (net < 0n) {
      this.losses += 1
      this.#lost += net
      if (net < this.#largestLoss) this.#largestLoss = net
      if (duration > this.#longestLossUs) this.#longestLossUs = duration
      this.#lose(trade)
      return
    }
    // A trade that broke even ends a streak but is no win.
    this.#streak = undefined
    if (net === 0n) return
    this.wins += 1
    this.#won += net
    if (net > this.#largestWin) this.#largestWin = net
  }

  get winRate(): Figure {
    return ratio(this.wins, this.count, 'no trades')
  }

  get profitFactor(): Figure {
    if (this.count === 0) return notAvailable('no trades')
    if (this.losses === 0) return notAvailable('no losing trade')
    return figure(Number(this.#won) / -Number(this.#lost))
  }

  get expectancy(): bigint {
    return average(this.net, this.count)
  }

  /** All figures; `open` positions are left, and the run took `durationUs`. */
  facts(open: number, durationUs: number): TradeFacts {
    const averageWin = average(this.#won, this.wins)
    const averageLoss = average(this.#lost, this.losses)
    return {
      count: this.count,
      open,
      wins: this.wins,
      losses: this.losses,
      winRate: this.winRate,
      averageWin: money(averageWin),
      averageLoss: money(averageLoss),
      payoff: this.#payoff(averageWin, averageLoss),
      profitFactor: this.profitFactor,
      expectancy: money(this.expectancy),
      largestWin: money(this.#largestWin),
      largestLoss: money(this.#largestLoss),
      longestLosingStreak: streakOf(this.#longestStreak),
      averageDurationUs: this.count === 0 ? 0 : Math.round(this.#durationUs / this.count),
      longestLosingTradeUs: this.#longestLossUs,
      perDay: durationUs > 0 ? this.count / (durationUs / DAY_US) : 0,
    }
  }

  #payoff(win: bigint, loss: bigint): Figure {
    if (this.count === 0) return notAvailable('no trades')
    if (this.losses === 0) return notAvailable('no losing trade')
    return this.wins === 0 ? notAvailable('no winning trade') : figure(Number(win) / -Number(loss))
  }

  #lose(trade: TalliedTrade): void {
    const streak = this.#streak ?? { trades: 0, net: 0n, fromUs: trade.entryUs, toUs: 0 }
    streak.trades += 1
    streak.net += trade.net
    streak.toUs = trade.exitUs
    this.#streak = streak
    if (streak.trades > (this.#longestStreak?.trades ?? 0)) this.#longestStreak = streak
  }
}

function streakOf(streak: Streak | undefined): LosingStreak | null {
  return streak === undefined ? null : { ...streak, net: money(streak.net) }
}
