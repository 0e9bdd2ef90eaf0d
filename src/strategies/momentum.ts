/**
 * Momentum: buys what has just risen.
 *
 * When a one-minute candle closes more than `rise` above the close before it, the strategy wants to be long; when one
 * closes more than `fall` below it, it wants to be flat. That is all: it never says how much (the configured sizer
 * does), sends no orders (the engine does, and only for the difference to what is held) and may say the same thing
 * twice, which changes nothing. It keeps no memory, so it needs no `state`.
 *
 * It is an example of the contract, not of a way to earn money.
 */
import { defineStrategy } from '../core/strategy/contract.ts'
import { percent } from '../core/strategy/params.ts'

export default defineStrategy({
  name: 'momentum',
  about: 'long after a minute that gains more than 1 %, flat after one that loses more than 0.5 %',

  // A parameter is a default with a unit: `--set rise=2%` is understood, `--set rise=2h` is refused.
  params: { rise: percent(1, { min: 0 }), fall: percent(0.5, { min: 0 }) },

  // Closed one-minute candles are delivered to onCandle, whatever they are made from: candles, trades or best prices.
  needs: { candles: ['1m'] },

  onCandle(candle, ctx) {
    const { rise, fall } = ctx.params

    // What the strategy looks at, and the threshold it waits for: this answers "why is there no trade?".
    ctx.show('change', candle.change, rise)

    // Percentages arrive as fractions: 1 % is 0.01. The first candle has no change yet (NaN), which is neither.
    if (candle.change > rise) ctx.signal(candle.instrument, 'long', { reason: 'rise' })
    else if (candle.change < -fall) ctx.signal(candle.instrument, 'flat', { reason: 'fall' })
  },
})
