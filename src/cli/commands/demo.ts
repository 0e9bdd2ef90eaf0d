/** What `npm start` and a bare `tapewright` do: a backtest on a made-up market, and what to try next. */
import type { Instrument } from '../../core/market/instrument.ts'
import type { SyntheticOptions } from '../../lab/synthetic/synthetic-market.ts'
import { systemClock } from '../../node/clock.ts'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { newRunFolder } from '../run-folder.ts'
import { startBacktest } from '../tasks/start-backtest.ts'
import { MARKET_OPTIONS, marketSettings } from './backtest-options.ts'

/** Two days of four markets, from a Monday on. */
const START_US = 1_767_571_200_000_000
const ROWS = 1_200_000
const MEAN_GAP_US = 144_000

export const demo: Command = {
  name: 'demo',
  usage: '[STRATEGY] [--seed N]',
  summary: 'Runs a strategy on a made-up market: the quickest look at what the program does.',
  options: [{ name: 'seed', value: 'N', help: 'another market (1)' }, ...MARKET_OPTIONS],
  examples: ['tapewright demo', 'tapewright demo market-maker --seed 7', 'tapewright demo momentum --set rise=0.5%'],
  async run(args, terminal) {
    const strategy = args.positionals[0] ?? 'momentum'
    const seed = Number(args.one('seed') ?? '1')
    if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 31 - 1)
      throw new UsageError('--seed is a whole number from 0 to 2147483647')
    const settings = marketSettings(args)
    terminal.print(
      `A made-up market (seed ${seed}): four contracts, two days, ${ROWS.toLocaleString('en')} trades and best prices. Strategy: ${strategy}.\n`,
    )
    return startBacktest(
      {
        strategy,
        inputs: [{ kind: 'synthetic', options: demoMarket(seed) }],
        symbols: [],
        ...settings,
        from: 0,
        to: Number.MAX_SAFE_INTEGER,
        folder: newRunFolder(undefined, `demo-${strategy.replace(/^.*[/\\]|\.[a-z]+$/g, '')}`),
        embed: false,
        createdAt: systemClock.nowMicros(),
      },
      terminal,
      [
        '',
        'Try next:',
        '  tapewright report last --open                 the same with charts, in the browser',
        '  tapewright verify last                        replay the run and prove it, row by row',
        '  tapewright demo market-maker --seed 7         another strategy, another market',
        '  tapewright new my-first --from momentum       a strategy of your own',
        '  tapewright download BTCUSDT --candles 1m --last 90d',
        '  tapewright backtest momentum -i BTCUSDT --last 90d',
        '',
        '(In a checkout, write "npm start -- report last --open" and so on.)',
      ],
    )
  },
}

/** The market of a seed. */
export function demoMarket(seed: number): SyntheticOptions {
  const instruments = [
    contract('ALPHAUSDT', 1, 3),
    contract('BETAUSDT', 2, 2),
    contract('GAMMAUSDT', 4, 0),
    contract('DELTAUSDT', 3, 1),
  ]
  return {
    seed,
    instruments,
    startPrices: [500_000, 320_000, 12_000, 95_000],
    startTime: START_US,
    rows: ROWS,
    meanGapUs: MEAN_GAP_US,
  }
}

function contract(symbol: string, priceDecimals: number, quantityDecimals: number): Instrument {
  return {
    venue: 'made-up',
    market: 'linear',
    symbol,
    version: 1,
    base: symbol.replace(/USDT$/, ''),
    quote: 'USDT',
    settle: 'USDT',
    contractSize: 1,
    priceDecimals,
    quantityDecimals,
    markDecimals: 8,
    tickSize: 1,
    stepSize: 1,
    minQuantity: 1,
    maxQuantity: 0,
    marketStepSize: 1,
    marketMinQuantity: 1,
    marketMaxQuantity: 0,
    minPrice: 0,
    maxPrice: 0,
    minNotionalMicros: 5_000_000,
    priceBandUpPpm: 0,
    priceBandDownPpm: 0,
    inferred: false,
  }
}
