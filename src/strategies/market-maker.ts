/**
 * Market maker: rests a buy below and a sell above the market, and leans against what it holds.
 *
 * Both prices lie half of `spread` away from a centre, never better than the best price of their own side, so they
 * join the queue there or stand behind it. The centre is the mid price, moved down by up to `skew` while the strategy
 * is long and up while it is short: what it has too much of it offers cheaper than it bids. At `maxInventory` the
 * side that would add stays away. On spot it sells what it holds and nothing else.
 *
 * It says which prices it wants, not which orders to send: an order that already stands at a wanted price keeps its
 * place in the queue. So it also speaks only when a wanted price has moved by more than `requote`, or after a fill.
 *
 * `onBest` runs for every change of the best prices, hundreds of times a second: nothing is allocated here, and most
 * calls end at the first comparison. An example, not advice: it earns no more than it pays in fees, if that.
 */
import { defineStrategy } from '../core/strategy/contract.ts'
import type { InstrumentId, StrategyContext } from '../core/strategy/contract.ts'
import { amount, percent } from '../core/strategy/params.ts'

const params = {
  /** Value of each quote, in the quote asset. */
  size: amount(500, { min: 0 }),
  /** Least distance between the two quotes; at 0 both join the best price of their side. */
  spread: percent(0, { min: 0 }),
  /** How far the centre moves at full inventory. */
  skew: percent(0.005, { min: 0 }),
  /** Most that it holds, either way, in the quote asset. */
  maxInventory: amount(5000, { min: 1 }),
  /** Move of a wanted price that is worth a new order. */
  requote: percent(0.001, { min: 0 }),
}

/** Memory of one instrument; prices are 0 where there is none. */
interface Memory {
  /** Best prices at the last look. */
  bestBid: number
  bestAsk: number
  /** Prices wanted now. */
  bid: number
  ask: number
}

export default defineStrategy({
  name: 'market-maker',
  about: 'rests a buy and a sell around the mid price and leans against its inventory',
  params,
  needs: {},
  state: (): Memory => ({ bestBid: 0, bestAsk: 0, bid: 0, ask: 0 }),

  onBest(best, ctx) {
    const memory = ctx.state
    const { bid, ask } = best
    // Most rows change a quantity only.
    if (bid === memory.bestBid && ask === memory.bestAsk) return
    memory.bestBid = bid
    memory.bestAsk = ask
    requote(ctx, best.instrument, false)
  },

  onFill(fill, ctx) {
    ctx.show('inventory', ctx.position(fill.instrument).quantity * fill.price, ctx.params.maxInventory)
    requote(ctx, fill.instrument, true)
  },
})

/** Works out the wanted prices and says them if they moved enough, or in any case if `always`. */
function requote(ctx: StrategyContext<typeof params, Memory>, id: InstrumentId, always: boolean): void {
  const { size, spread, skew, maxInventory, requote: threshold } = ctx.params
  const memory = ctx.state
  const { bestBid, bestAsk } = memory
  if (bestBid === 0 || bestAsk === 0) return

  const mid = (bestBid + bestAsk) / 2
  const held = ctx.position(id).quantity
  const value = held * mid
  const spot = ctx.instrument(id).market === 'spot'
  const centre = mid * (1 - (skew * value) / maxInventory)
  const half = (mid * spread) / 2

  let bid = Math.min(bestBid, centre - half)
  let ask = Math.max(bestAsk, centre + half)
  if (value + size > maxInventory) bid = 0
  // Less than half a quote's worth of the base asset waits for more: it may be too small for the venue.
  if (spot ? value < size / 2 : value - size < -maxInventory) ask = 0

  const near = mid * threshold
  const stays = Math.abs(bid - memory.bid) <= near && Math.abs(ask - memory.ask) <= near
  if (stays && !always) return
  memory.bid = bid
  memory.ask = ask

  const quantity = size / mid
  const slots = ctx.slots.clear()
  if (bid > 0) slots.bid(bid, quantity)
  if (ask > 0) slots.ask(ask, spot ? Math.min(quantity, held) : quantity)
  ctx.quote(id, slots)
}
