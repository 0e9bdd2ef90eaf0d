/**
 * Who goes first when positions have to be closed against the other side: those with the largest profit on their margin.
 *
 * In: the rows of an instrument. Out: a counterparty for a position that the book cannot close, and for each position how near
 * it is to being one. Changes nothing.
 */
import type { FuturesState } from './futures-state.ts'

/** Steps of the scale that owners see. */
const STEPS = 5

/** Profit over cost times leverage, of a row that is not flat. The order that it gives is all that counts. */
function scoreOf({ rows, accounts, markets }: FuturesState, row: number): number {
  const instrument = rows.instrument[row] as number
  const value =
    (rows.quantity[row] as number) * (markets.mark[instrument] as number) * (markets.markUnit[instrument] as number)
  const cost = rows.costNear[row] as number
  const leverage = accounts.leverage[accounts.key(rows.account[row] as number, instrument)] as number
  return ((value - cost) / Math.abs(cost)) * leverage
}

/** The holder of the other side that is first; of equal ones the row made first. -1 for none. */
export function counterpartyOf(state: FuturesState, row: number): number {
  const { rows } = state
  const isLong = (rows.quantity[row] as number) > 0
  let best = -1
  let bestScore = -Infinity
  const first = rows.firstHolder[rows.instrument[row] as number] as number
  for (let other = first; other !== -1; other = rows.nextHolder[other] as number) {
    if ((rows.quantity[other] as number) > 0 === isLong || other === row) continue
    const score = scoreOf(state, other)
    if (score > bestScore || (score === bestScore && other < best)) {
      best = other
      bestScore = score
    }
  }
  return best
}

/** 0 to 4: by the share of holders of the same side who would go after this row. */
export function quantileOf(state: FuturesState, row: number): number {
  const { rows, markets } = state
  const instrument = rows.instrument[row] as number
  const isLong = (rows.quantity[row] as number) > 0
  if (rows.quantity[row] === 0 || markets.mark[instrument] === 0) return 0
  const own = scoreOf(state, row)
  let count = 0
  let behind = 0
  for (let each = rows.firstHolder[instrument] as number; each !== -1; each = rows.nextHolder[each] as number) {
    if ((rows.quantity[each] as number) > 0 !== isLong) continue
    count++
    if (scoreOf(state, each) < own) behind++
  }
  return Math.min(STEPS - 1, Math.floor((behind * STEPS) / count))
}
