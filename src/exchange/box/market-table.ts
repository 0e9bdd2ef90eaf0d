/**
 * Markets that the box knows by name: what they cost, how they move, and their rules as the venue publishes them, as far as
 * those differ from market to market. Prices are of late 2026; rules change a little now and then, which is why clients
 * read them from exchange information.
 */

/** `tick` and `step` as the venue prints them: their decimals are those of its prices and quantities. */
export interface MarketRow {
  /** Base asset; the quote asset is USDT. */
  readonly base: string
  /** Price at the start. */
  readonly price: number
  /** Futures: tick, step, largest limit and market order, smallest value. */
  readonly futures: readonly [tick: string, step: string, most: string, mostMarket: string, leastValue: string]
  /** Spot: tick and step, largest limit and market order. */
  readonly spot: readonly [tick: string, step: string, most: string, mostMarket: string]
  /** Usual move of a second in millionths of the price, beside what the common factor moves; and its share of that. */
  readonly ownMove: number
  readonly beta: number
  /** Value of usual orders at the best price, and of a small taker's order, USDT. */
  readonly quoteValue: number
  readonly takerValue: number
  readonly takersPerSecond: number
  /** Ticks of the crowd's clock from one step to the next; the busiest first. */
  readonly period: number
  /** Largest leverage. */
  readonly leverage: number
}

type Cells = readonly [
  base: string,
  price: number,
  futures: MarketRow['futures'],
  spot: MarketRow['spot'],
  ownMove: number,
  beta: number,
  quoteValue: number,
  takerValue: number,
  takersPerSecond: number,
  period: number,
  leverage: number,
]

// prettier-ignore
const TABLE: readonly Cells[] = [
  ['BTC', 76_900, ['0.10', '0.001', '1000', '120', '50'], ['0.01', '0.00001', '9000', '110'], 45, 1, 90_000, 220, 7, 2, 125],
  ['ETH', 2_655, ['0.01', '0.001', '10000', '2000', '20'], ['0.01', '0.0001', '9000', '3500'], 60, 1.2, 60_000, 180, 6, 2, 125],
  ['SOL', 131.4, ['0.0100', '0.01', '1000000', '80000', '5'], ['0.01', '0.001', '90000', '35000'], 90, 1.3, 30_000, 130, 4, 5, 100],
  ['XRP', 2.0514, ['0.0001', '0.1', '10000000', '2000000', '5'], ['0.0001', '0.1', '9222449', '1500000'], 90, 1.1, 30_000, 120, 3, 5, 100],
  ['BNB', 884.2, ['0.010', '0.01', '100000', '2000', '5'], ['0.01', '0.001', '9000', '2400'], 60, 1, 25_000, 120, 2, 5, 75],
  ['DOGE', 0.14213, ['0.000010', '1', '50000000', '30000000', '5'], ['0.00001', '1', '9000000', '8000000'], 110, 1.4, 20_000, 110, 2, 5, 75],
  ['ADA', 0.4128, ['0.00010', '1', '2000000', '300000', '5'], ['0.0001', '0.1', '900000', '850000'], 110, 1.3, 12_000, 90, 1.4, 10, 75],
  ['AVAX', 13.42, ['0.0010', '1', '300000', '20000', '5'], ['0.01', '0.01', '90000', '45000'], 120, 1.4, 10_000, 90, 1.2, 10, 75],
  ['LINK', 13.187, ['0.001', '0.01', '200000', '20000', '20'], ['0.01', '0.01', '90000', '55000'], 110, 1.3, 12_000, 90, 1.2, 10, 75],
  ['SUI', 1.5502, ['0.000100', '0.1', '1500000', '300000', '5'], ['0.0001', '0.1', '900000', '600000'], 130, 1.5, 12_000, 90, 1.3, 10, 75],
  ['DOT', 2.301, ['0.001', '0.1', '400000', '60000', '5'], ['0.001', '0.01', '90000', '85000'], 120, 1.3, 8_000, 80, 0.8, 10, 75],
  ['TRX', 0.27614, ['0.00001', '1', '5000000', '1000000', '5'], ['0.0001', '0.1', '9000000', '5000000'], 60, 0.6, 12_000, 90, 0.8, 10, 75],
  ['LTC', 84.31, ['0.01', '0.001', '10000', '2000', '20'], ['0.01', '0.001', '90000', '11000'], 100, 1.2, 10_000, 90, 0.9, 10, 75],
  ['BCH', 482.77, ['0.01', '0.001', '10000', '850', '20'], ['0.1', '0.001', '9000', '1900'], 110, 1.2, 10_000, 90, 0.8, 10, 75],
  ['NEAR', 1.883, ['0.0010', '1', '1000000', '90000', '5'], ['0.001', '0.1', '90000', '85000'], 140, 1.4, 7_000, 80, 0.7, 10, 75],
  ['AAVE', 161.42, ['0.010', '0.1', '60000', '1500', '5'], ['0.01', '0.001', '9000', '1300'], 130, 1.4, 9_000, 80, 0.7, 10, 75],
  ['UNI', 6.121, ['0.0010', '1', '300000', '25000', '5'], ['0.001', '0.01', '90000', '55000'], 130, 1.4, 7_000, 80, 0.6, 10, 75],
  ['FIL', 1.604, ['0.001', '0.1', '500000', '100000', '5'], ['0.001', '0.01', '90000', '85000'], 130, 1.4, 6_000, 70, 0.6, 10, 75],
  ['ATOM', 2.512, ['0.001', '0.01', '350000', '35000', '5'], ['0.001', '0.01', '90000', '65000'], 120, 1.3, 6_000, 70, 0.5, 10, 75],
  ['ETC', 14.231, ['0.001', '0.01', '150000', '15000', '20'], ['0.01', '0.01', '90000', '35000'], 110, 1.2, 7_000, 70, 0.5, 10, 75],
]

/** The markets known by name, the busiest first. */
export const MARKET_TABLE: readonly MarketRow[] = TABLE.map(
  ([
    base,
    price,
    futures,
    spot,
    ownMove,
    beta,
    quoteValue,
    takerValue,
    takersPerSecond,
    period,
    leverage,
  ]): MarketRow => ({
    base,
    price,
    futures,
    spot,
    ownMove,
    beta,
    quoteValue,
    takerValue,
    takersPerSecond,
    period,
    leverage,
  }),
)

/** Longest interval between two steps, in ticks; all others divide it. */
export const LONGEST_PERIOD = 20
