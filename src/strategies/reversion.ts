/**
 * Reversion: buys what has just fallen, and waits for its price.
 *
 * The opposite of momentum: long after a one-minute candle that loses more than `drop`, flat after one that gains
 * more than `rebound`. Both ways go in as a maker: `entry: 'post-only'` makes the engine join the best price of its
 * own side instead of taking the other one. Such an order pays the lower fee but may never fill; when the opinion
 * changes first, the engine withdraws it, and the strategy does not have to know.
 *
 * It is an example of the contract, not of a way to earn money.
 */
import { defineStrategy } from '../core/strategy/contract.ts'
import { percent } from '../core/strategy/params.ts'

export default defineStrategy({
  name: 'reversion',
  about: 'long after a minute that loses more than 1 %, flat after one that gains more than 0.5 %, as a maker',
  params: { drop: percent(1, { min: 0 }), rebound: percent(0.5, { min: 0 }) },
  needs: { candles: ['1m'] },

  onCandle(candle, ctx) {
    const { drop, rebound } = ctx.params
    ctx.show('change', candle.change, -drop)
    if (candle.change < -drop) ctx.signal(candle.instrument, 'long', { reason: 'drop', entry: 'post-only' })
    else if (candle.change > rebound) ctx.signal(candle.instrument, 'flat', { reason: 'rebound', entry: 'post-only' })
  },
})
