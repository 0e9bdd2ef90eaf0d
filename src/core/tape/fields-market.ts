/** The market rows (kinds 1-63) as data. */
import { choiceFlag, describeKind, switchFlag, valueNames, type Flag, type KindFields } from './field-shapes.ts'
import * as unit from './field-units.ts'
import {
  AGGREGATE_TRADE,
  BEST_BID_ASK,
  CANDLE,
  CANDLE_FLAGS,
  CLOCK_OFFSET,
  DEPTH_DIFF,
  DEPTH_PARTIAL,
  DEPTH_SNAPSHOT,
  FUNDING_RATE,
  GAP,
  GAP_REASON,
  ID_FORM,
  INSTRUMENT_VERSION,
  LIQUIDATION,
  MARK_PRICE,
  SELL_TAKER,
  SOURCE_REFUSED,
  TICKER,
  TRADE,
} from './kinds.ts'

const takerSide: Flag = choiceFlag(
  'takerSide',
  SELL_TAKER,
  valueNames({ buy: 0, sell: SELL_TAKER }),
  'Which side took liquidity.',
)

/** How the 16-byte id of the row is written as text. */
export const idForm: Flag = choiceFlag(
  'idForm',
  ID_FORM.mask,
  valueNames({ decimal: ID_FORM.decimal, uuid: ID_FORM.uuid, interned: ID_FORM.interned }),
  'How the 16-byte id is read: a decimal (low 8 bytes, the rest zero), a UUID (raw), or a text number (u32).',
)

const levels = {
  bidCount: unit.count32('Bid levels in the raw rows.'),
  askCount: unit.count32('Ask levels in the raw rows, behind the bids.'),
  levels: {
    type: 'levels',
    unit: 'none',
    range: 'price 1 … 2^53−1, quantity 0 … 2^53−1',
    doc: 'bidCount + askCount pairs of (price, quantity), 16 bytes each, f64 price quanta and f64 quantity quanta.',
  },
} as const

export const MARKET_FIELDS: readonly KindFields[] = [
  describeKind(TRADE, {
    name: 'trade',
    table: 'trades',
    meaning: 'One public trade. Version: the trade id when it is below 2^53.',
    flags: [takerSide, idForm],
    fields: {
      price: unit.price('Price.'),
      quantity: unit.quantity('Quantity.'),
      id: unit.id16('Trade id.'),
    },
  }),
  describeKind(AGGREGATE_TRADE, {
    name: 'aggregate-trade',
    table: 'aggregate-trades',
    meaning: 'Trades of one taker order at one price, as the venue aggregates them. Version: the aggregate’s id.',
    flags: [takerSide],
    fields: {
      price: unit.price('Price.'),
      quantity: unit.quantity('Quantity of all trades together.'),
      firstTradeId: unit.id('Id of the first trade.'),
      lastTradeId: unit.id('Id of the last trade.'),
    },
  }),
  describeKind(BEST_BID_ASK, {
    name: 'best-bid-ask',
    table: 'best-bid-ask',
    meaning: 'Best bid and ask with their quantities. Version: the book’s update id.',
    fields: {
      bid: unit.optionalPrice('Best bid price.'),
      bidQuantity: unit.quantity('Quantity at the best bid.'),
      ask: unit.optionalPrice('Best ask price.'),
      askQuantity: unit.quantity('Quantity at the best ask.'),
    },
  }),
  describeKind(DEPTH_DIFF, {
    name: 'depth-diff',
    table: 'depth-diffs',
    meaning: 'Changed levels of a book: absolute quantities, 0 removes. Version: the last update id.',
    continuation: 'levels',
    fields: {
      firstUpdateId: unit.id('First update id of the event.'),
      previousUpdateId: unit.id('Last update id of the event before, where the venue sends it.'),
      ...levels,
    },
  }),
  describeKind(DEPTH_SNAPSHOT, {
    name: 'depth-snapshot',
    table: 'depth-snapshots',
    meaning: 'A whole book up to `limit` levels a side. Version: the last update id.',
    continuation: 'levels',
    fields: { limit: unit.count('Levels a side that were asked for.'), ...levels },
  }),
  describeKind(DEPTH_PARTIAL, {
    name: 'depth-partial',
    table: 'depth-partials',
    meaning: 'The top levels of a book, sent whole each time. Version: the last update id.',
    continuation: 'levels',
    fields: { limit: unit.count('Levels a side that the stream sends.'), ...levels },
  }),
  describeKind(CANDLE, {
    name: 'candle',
    table: 'candles',
    meaning: 'A candle, forming or closed. Version: the last trade id if known.',
    continuation: 1,
    flags: [
      switchFlag('closed', CANDLE_FLAGS.closed, 'The candle will not change any more.'),
      switchFlag('derived', CANDLE_FLAGS.derived, 'Made from other rows, not sent by the venue.'),
    ],
    fields: {
      open: unit.price('First price.'),
      high: unit.price('Highest price.'),
      low: unit.price('Lowest price.'),
      close: unit.price('Last price.'),
      volume: unit.quantity('Quantity traded.'),
      quoteVolume: unit.notional('Sum of price times quantity.'),
      openTime: unit.time('Start of the candle.'),
      interval: unit.duration('Length of the candle.'),
      trades: unit.count('Trades in it; 0 also when unknown.'),
      takerBuyVolume: unit.quantity('Quantity that takers bought.'),
      lastTradeId: unit.id('Id of its last trade.'),
    },
  }),
  describeKind(MARK_PRICE, {
    name: 'mark-price',
    table: 'mark-prices',
    meaning: 'Mark price, index price and the funding rate to come.',
    fields: {
      mark: unit.mark('Mark price.'),
      index: unit.mark('Index price.'),
      fundingRate: unit.rate('Rate that the next funding would have now.'),
      nextFundingTime: unit.time('When it is due.'),
    },
  }),
  describeKind(FUNDING_RATE, {
    name: 'funding-rate',
    table: 'funding-rates',
    meaning: 'A funding that took place; venue time is the funding time.',
    fields: {
      rate: unit.rate('Rate; longs pay when it is positive.'),
      mark: unit.mark('Mark price it was charged on.'),
      interval: unit.duration('Time since the funding before; 0 when unknown.'),
    },
  }),
  describeKind(LIQUIDATION, {
    name: 'liquidation',
    table: 'liquidations',
    meaning: 'A liquidation order that the venue reports.',
    flags: [takerSide],
    fields: {
      price: unit.price('Price of the order.'),
      quantity: unit.quantity('Quantity of the order.'),
      averagePrice: unit.optionalPrice('Average price of its fills.'),
      filledQuantity: unit.quantity('Quantity filled.'),
    },
  }),
  describeKind(TICKER, {
    name: 'ticker',
    table: 'tickers',
    meaning: 'Statistics of the last 24 hours.',
    continuation: 1,
    fields: {
      last: unit.optionalPrice('Last price.'),
      open: unit.optionalPrice('First price of the span.'),
      high: unit.optionalPrice('Highest price.'),
      low: unit.optionalPrice('Lowest price.'),
      volume: unit.quantity('Quantity traded.'),
      quoteVolume: unit.notional('Sum of price times quantity.'),
      openTime: unit.time('Start of the span.'),
      lastTradeId: unit.id('Id of its last trade.'),
      trades: unit.count('Trades in it.'),
    },
  }),
  describeKind(GAP, {
    name: 'gap',
    table: 'gaps',
    meaning: 'A hole in a source: what was expected and what came.',
    fields: {
      expected: unit.id('Id that should have come.'),
      received: unit.id('Id that came.'),
      reason: unit.code('u8', valueNames(GAP_REASON), 'What kind of hole.'),
      stream: { type: 'u8', unit: 'none', range: '0 … 255', doc: 'Kind number of the rows that the stream gives.' },
    },
  }),
  describeKind(SOURCE_REFUSED, {
    name: 'source-refused',
    table: 'refused-sources',
    meaning: 'A source was refused because its stamps run ahead of bounded venue time.',
    fields: {
      aheadBy: unit.duration('How far its stamp ran ahead.'),
      bound: unit.duration('How far a stamp may run ahead.'),
    },
  }),
  describeKind(CLOCK_OFFSET, {
    name: 'clock-offset',
    table: 'clock-offsets',
    meaning: 'Estimate of receive time minus venue time.',
    fields: {
      offset: unit.signedDuration('Estimate, floor included.'),
      floor: unit.signedDuration('Least transport time that is assumed.'),
    },
  }),
  describeKind(INSTRUMENT_VERSION, {
    name: 'instrument-version',
    table: 'instrument-versions',
    meaning: 'From here on the instrument’s rows use another version of its rules.',
    fields: {
      next: { type: 'u16', unit: 'instrument', range: '0 … 65,534', doc: 'The version that holds from here on.' },
    },
  }),
]
