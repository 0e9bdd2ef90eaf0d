/**
 * Breakout: follows the direction of the last break out of a price channel (Donchian, with wicks).
 *
 * A candle breaks out upwards when its high lies above the highest high of the `long` candles before it, downwards
 * when its low lies below the lowest low of the `short` candles before it; the candle itself is never part of its
 * channel, and touching the edge is not enough. The side of the last breakout is the direction. A candle that breaks
 * out on both sides says nothing, and leaves the direction as it was.
 *
 * The strategy acts on turns only: when the direction changes from a known one to the other. To know the direction
 * from the start it follows the first `history` candles without acting: `needs.history` makes the engine wait (and,
 * at a live start, load them), and the first call walks through them. Until `max(long, short)` candles lie before a
 * candle there is no channel, and until the first breakout there is no direction.
 *
 * Long means long; short means short where the venue allows it, and flat on spot. An example, not advice.
 */
import { defineStrategy } from '../core/strategy/contract.ts'
import type { CandleHistory } from '../core/strategy/contract.ts'
import { count, timeframe } from '../core/strategy/params.ts'

type Side = 'none' | 'long' | 'short'

/** Memory of one instrument. Plain data: it is stored, and comes back the same after a restart. */
interface Memory {
  /** Side of the last breakout. */
  direction: Side
  /** False until the history was walked through. */
  rebuilt: boolean
}

export default defineStrategy({
  name: 'breakout',
  about:
    'long when a high breaks the highest of 44 candles, short when a low breaks the lowest of 21; acts on turns only',
  params: {
    long: count(44, { min: 1 }),
    short: count(21, { min: 1 }),
    timeframe: timeframe('1d'),
    history: count(100, { min: 0 }),
  },

  // Needs may depend on parameters: `--set timeframe=4h` changes which candles are made.
  needs: ({ long, short, timeframe: interval, history }) => ({
    candles: [interval],
    history: Math.max(long, short, history),
  }),

  state: (): Memory => ({ direction: 'none', rebuilt: false }),

  onCandle(candle, ctx) {
    const { long, short } = ctx.params
    const candles = ctx.candles(candle.instrument, candle.interval)
    if (candles.length <= Math.max(long, short)) return

    const memory = ctx.state
    if (!memory.rebuilt) {
      memory.direction = directionBefore(candles, long, short)
      memory.rebuilt = true
    }
    ctx.show('high above', candle.high, candles.highest(1, long))
    ctx.show('low below', candle.low, candles.lowest(1, short))

    const side = breakoutOf(candles, 0, long, short)
    if (side === 'none' || side === memory.direction) return
    const known = memory.direction !== 'none'
    memory.direction = side
    if (!known) return
    if (side === 'long') ctx.signal(candle.instrument, 'long', { reason: 'breakout up' })
    else {
      const spot = ctx.instrument(candle.instrument).market === 'spot'
      ctx.signal(candle.instrument, spot ? 'flat' : 'short', { reason: 'breakout down' })
    }
  },
})

/** Side on which the candle `ago` candles back broke out of the channel before it. */
function breakoutOf(candles: CandleHistory, ago: number, long: number, short: number): Side {
  const up = candles.high(ago) > candles.highest(ago + 1, long)
  const down = candles.low(ago) < candles.lowest(ago + 1, short)
  if (up === down) return 'none'
  return up ? 'long' : 'short'
}

/** Side of the last breakout before the newest candle, as far as the history goes. */
function directionBefore(candles: CandleHistory, long: number, short: number): Side {
  const oldest = candles.length - 1 - Math.max(long, short)
  for (let ago = 1; ago <= oldest; ago++) {
    const side = breakoutOf(candles, ago, long, short)
    if (side !== 'none') return side
  }
  return 'none'
}
