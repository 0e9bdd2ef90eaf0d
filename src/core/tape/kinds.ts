/**
 * Kind numbers and the slot of each field, as plain constants for code that runs per row.
 *
 * A slot number counts 8-byte slots from the row's head (4-7 are in the head row, 8-15 in the first raw row behind it);
 * names that end in `Byte` are byte offsets from the head. Numbers are never reused and layouts only grow.
 * Units: `price`, `quantity` and `mark` fields count the instrument version's quanta, times are microseconds, rates count
 * 10^-12, amounts are 128-bit counts of 10^-18. `fields.ts` says the same as data, for printing, export and the document.
 */

// --- market rows (1-63) -------------------------------------------------------------------------------------------

/** One public trade. Version: the trade id when it is below 2^53. */
export const TRADE = { kind: 1, price: 4, quantity: 5, id: 6 } as const
/** Trades of one taker order at one price, as the venue aggregates them. Version: the aggregate's id. */
export const AGGREGATE_TRADE = { kind: 2, price: 4, quantity: 5, firstTradeId: 6, lastTradeId: 7 } as const
/** Best bid and ask with their quantities. Version: the book's update id. */
export const BEST_BID_ASK = { kind: 3, bid: 4, bidQuantity: 5, ask: 6, askQuantity: 7 } as const
/**
 * Changed levels of a book, absolute quantities, 0 removes. Version: last update id.
 * Raw rows hold (price, quantity) pairs, four to a row, bids first, best first or in the venue's order.
 */
export const DEPTH_DIFF = {
  kind: 4,
  firstUpdateId: 4,
  previousUpdateId: 5,
  bidCountByte: 48,
  askCountByte: 52,
  levels: 8,
} as const
/** A whole book up to `limit` levels a side (REST). Version: last update id. Levels as in DEPTH_DIFF. */
export const DEPTH_SNAPSHOT = { kind: 5, limit: 4, bidCountByte: 48, askCountByte: 52, levels: 8 } as const
/** The top levels of a book, sent whole each time. Version: last update id. Levels as in DEPTH_DIFF. */
export const DEPTH_PARTIAL = { kind: 6, limit: 4, bidCountByte: 48, askCountByte: 52, levels: 8 } as const
/** A candle, forming or closed. Version: last trade id if known. */
export const CANDLE = {
  kind: 7,
  open: 4,
  high: 5,
  low: 6,
  close: 7,
  volume: 8,
  /** Exact quote volume: price quanta times quantity quanta, 128 bits in two slots. */
  quoteVolume: 9,
  openTime: 11,
  interval: 12,
  trades: 13,
  takerBuyVolume: 14,
  lastTradeId: 15,
} as const
/** Mark price, index price and the funding rate to come. */
export const MARK_PRICE = { kind: 8, mark: 4, index: 5, fundingRate: 6, nextFundingTime: 7 } as const
/** A funding that took place. Venue time: the funding time. */
export const FUNDING_RATE = { kind: 9, rate: 4, mark: 5, interval: 6 } as const
/** A liquidation order that the venue reports. */
export const LIQUIDATION = { kind: 10, price: 4, quantity: 5, averagePrice: 6, filledQuantity: 7 } as const
/** Rolling 24 h statistics. */
export const TICKER = {
  kind: 11,
  last: 4,
  open: 5,
  high: 6,
  low: 7,
  volume: 8,
  quoteVolume: 9,
  openTime: 11,
  lastTradeId: 12,
  trades: 13,
} as const
/** A hole in a source: what was expected and what came. */
export const GAP = { kind: 16, expected: 4, received: 5, reasonByte: 48, streamByte: 49 } as const
/** A source was refused because its stamps run ahead of bounded venue time. */
export const SOURCE_REFUSED = { kind: 17, aheadBy: 4, bound: 5 } as const
/** Estimate of receive time minus venue time. */
export const CLOCK_OFFSET = { kind: 18, offset: 4, floor: 5 } as const
/** From here on the instrument's rows use another version of its rules (a table index). */
export const INSTRUMENT_VERSION = { kind: 19, nextByte: 32 } as const

// --- money rows: inputs that concern the account (64-127) ---------------------------------------------------------

/** Settings as canonical JSON text in raw rows: what the engine was told. */
export const CONFIGURATION = { kind: 64, textBytesByte: 32 } as const
/** A command of the operator; its arguments as canonical JSON text in raw rows. */
export const OPERATOR = { kind: 65, textBytesByte: 32, commandByte: 36 } as const
/** The life of one of our orders, as the venue tells it. Flags: an OrderStatus. */
export const ORDER_UPDATE = { kind: 66, intentByte: 32, errorByte: 36, filled: 5, venueOrderId: 6 } as const
/** One fill of one of our orders. Flags: FILL_FLAGS. */
export const FILL = {
  kind: 67,
  intentByte: 32,
  whyByte: 36,
  feeAssetByte: 38,
  price: 5,
  quantity: 6,
  /** Our order's filled quantity with this fill. */
  filled: 7,
  /** 128 bits in two slots; positive is paid, negative is a rebate. */
  fee: 8,
  /** 16 bytes in two slots. */
  tradeId: 10,
  /** Quantity that stood before ours when it filled, as the queue model believed. */
  queueAhead: 12,
  /** Version of the market row that explains the fill (trade id, update id or candle open time). */
  explainedBy: 13,
} as const
/** Funding received (positive) or paid (negative) for a position. */
export const FUNDING_PAYMENT = { kind: 68, assetByte: 32, position: 5, amount: 6, rate: 8, mark: 9 } as const
/** Money in (positive) or out of a wallet. */
export const TRANSFER = { kind: 69, assetByte: 32, walletByte: 34, amount: 6 } as const
/** A timer the engine asked for has come. */
export const TIMER = { kind: 72, timerByte: 32 } as const
/** A strategy overran its time budget or threw, and is paused from here on. */
export const STRATEGY_PAUSED = { kind: 74, strategyByte: 32, reasonByte: 34 } as const

// --- outputs of the engine (128-191) ------------------------------------------------------------------------------

/** A strategy's opinion. Flags: DIRECTION. */
export const SIGNAL = { kind: 128, strategyByte: 32, reasonByte: 36, stop: 5, takeProfit: 6, reference: 7 } as const
/** The position a strategy is to have, after sizing and limits; signed. */
export const TARGET = { kind: 129, strategyByte: 32, styleByte: 34, quantity: 5, position: 6, reference: 7 } as const
/** The pre-trade check said no: one bit per BLOCK code. */
export const BLOCKED = { kind: 130, strategyByte: 32, codesByte: 36, quantity: 5, price: 6 } as const
/** A numbered, durable wish to have an order. Flags: ORDER_FLAGS. */
export const INTENT = {
  kind: 131,
  intentByte: 32,
  strategyByte: 36,
  typeByte: 38,
  timeInForceByte: 39,
  price: 5,
  quantity: 6,
  trigger: 7,
} as const
/** What is sent for an intent. Flags: REQUEST_OPERATION. */
export const REQUEST = { kind: 132, intentByte: 32, clientOrderId: 5 } as const
/** Gives a text (a strategy's reason) the number that other rows name it by. */
export const TEXT = { kind: 133, textByte: 32, textBytesByte: 36 } as const
/** A strategy threw; it is paused from here on. */
export const STRATEGY_FAILED = { kind: 134, strategyByte: 32 } as const

// --- structure of a run (192-255) ---------------------------------------------------------------------------------

/** Names what this run read: a tape, a made-up market, its strategy. Canonical JSON in raw rows. */
export const REFERENCE = { kind: 192, textBytesByte: 32 } as const
/** Digests of a stretch of input records; a changed record is where a differing row and column of the grid cross. */
export const INPUT_DIGEST = { kind: 193, firstSequence: 4, count: 5, hash: 6, grid: 8 } as const
/** State of the engine after `SEQUENCE`: hash and file number. */
export const CHECKPOINT = { kind: 194, number: 4, bytes: 5, hash: 6 } as const
/** Receive time minus venue time that a run went by from here on, and the floor that is part of it. */
export const VENUE_CLOCK = { kind: 196, offset: 4, floor: 5 } as const
/** Last row of a finished run: counts and the final state hash. */
export const END = { kind: 195, inputs: 4, outputs: 5, hash: 6 } as const

// --- flag and code values -----------------------------------------------------------------------------------------

/** Flags of TRADE, AGGREGATE_TRADE and LIQUIDATION: set when the taker sold. */
export const SELL_TAKER = 1
/** Flags of rows with 16-byte ids: how the bytes are to be read. */
export const ID_FORM = { decimal: 0, uuid: 0x10, interned: 0x20, mask: 0x30 } as const
/** Flags of CANDLE. */
export const CANDLE_FLAGS = { closed: 1, derived: 2 } as const

export const DIRECTION = { flat: 0, long: 1, short: 2 } as const
export const ORDER_FLAGS = { sell: 1, reduceOnly: 2, opening: 4, protective: 8 } as const
export const FILL_FLAGS = { maker: 1, sell: 2 } as const
export const REQUEST_OPERATION = { place: 1, cancel: 2 } as const

export const ORDER_TYPE = {
  market: 1,
  limit: 2,
  stopMarket: 3,
  stopLimit: 4,
  takeProfitMarket: 5,
  takeProfitLimit: 6,
} as const
export const TIME_IN_FORCE = { goodTillCancel: 1, immediateOrCancel: 2, fillOrKill: 3, postOnly: 4 } as const

/** Order life as told by the venue, in order of rank: a later one never gives way to an earlier one. */
export const ORDER_STATUS = {
  accepted: 1,
  triggered: 2,
  cancelRejected: 3,
  filled: 4,
  cancelled: 5,
  expired: 6,
  rejected: 7,
} as const

/** Why a simulated fill happened. 0: told by a real venue. */
export const FILL_WHY = {
  venue: 0,
  /** Took resting liquidity on arrival. */
  tookLevel: 1,
  /** A trade went through our price. */
  tradedThrough: 2,
  /** Trades at our price used up the queue before us. */
  queueReached: 3,
  /** The other side's best price crossed ours. */
  crossed: 4,
  candleOpen: 5,
  candleClose: 6,
  /** The candle's path reached our price. */
  candlePath: 7,
} as const

/** Commands of an OPERATOR row. */
export const COMMAND = { pause: 1, resume: 2, close: 3, flatten: 4, kill: 5 } as const

/** Why a STRATEGY_PAUSED row pauses. */
export const PAUSE_REASON = { overBudget: 1, threw: 2 } as const

/** How a TARGET is to be reached. */
export const TARGET_STYLE = { market: 0, postOnly: 1 } as const

/** Reasons of a GAP row. */
export const GAP_REASON = { updateIds: 1, tradeIds: 2, disconnect: 3, rejectedFrame: 4, lostTail: 5 } as const

/** Bits of BLOCKED: why the pre-trade check refused. */
export const BLOCK = {
  paused: 1,
  killed: 2,
  locked: 4,
  bookNotLive: 8,
  belowMinimum: 16,
  orderTooLarge: 32,
  positionTooLarge: 64,
  tooManyOpenOrders: 128,
  insufficientFunds: 256,
  ownCross: 512,
  priceBand: 1024,
  dailyLoss: 2048,
  orderRate: 4096,
  noPrice: 8192,
  warmingUp: 16384,
} as const
