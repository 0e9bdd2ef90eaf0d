/**
 * What happened at the venue, in order, as columns: sixteen doubles an event. Whoever publishes reads the log after each
 * request and clears it. Order events name the order's slot in the store, which keeps its fixed facts (client id, type, limit
 * price, …) until the log is cleared; what changes with every event stands in the event.
 */

export const EVENT = {
  /** An order reached the book, or was accepted and decided at once. */
  accepted: 1,
  /** One side of a fill: taker and maker have one each, the taker's first. */
  fill: 2,
  /** An order left the book at its owner's wish. */
  canceled: 3,
  /** An order left without one: IOC rest, GTX, GTD, self-trade, liquidation (`reason` says which). */
  expired: 4,
  amended: 5,
  /** Anybody's trade, for the public: one for each pair of orders. */
  trade: 6,
  /** The whole quantity at a price of the book is now `quantity`. Each level at most once a request, at its end. */
  level: 7,
  /** Wallet balance of (account, asset) changed. */
  balance: 8,
  /** Position of (account, instrument, positionSide) changed. */
  position: 9,
  /** A conditional order changed its state. */
  conditional: 10,
  /** Leverage, margin type or position mode of an account. */
  configuration: 11,
  mark: 12,
  /** A liquidation order was filled, for the public. */
  liquidation: 13,
  marginCall: 14,
  /** Trading of an instrument halted or went on, or its filters changed. */
  status: 15,
  /** Spot: an order list changed: its index in `slot`, its id in `orderId`, LIST_STATUS in `status`. */
  list: 16,
  /** Self-trade prevention took `quantity` lots from both of two orders; those left without lots expire besides. */
  prevented: 17,
} as const

/** Columns of an event. Those that a kind has no use for are 0. */
export const FIELD = {
  kind: 0,
  /** Venue time, microseconds. */
  time: 1,
  /** Instrument, -1 for none. */
  instrument: 2,
  account: 3,
  /** Slot of the order in the store, or index of a conditional order; of a trade: the taker's. */
  slot: 4,
  orderId: 5,
  /** BUY or SELL; of a level: its side; of a trade: 1 where the buyer was the maker. */
  side: 6,
  /** Of this fill, trade or level; of a mark event: mark price. */
  price: 7,
  quantity: 8,
  /** Of the order with this event: filled so far, lots, and its STATUS. */
  filled: 9,
  status: 10,
  /** Fills and trades: the trade's id. Levels and mark: update id. */
  tradeId: 11,
  /** Fills: 1 maker. Expired, balance, configuration: a REASON. */
  detail: 12,
  /** Fills: fee; balance: change; in 10^-8 of the asset, positive is paid (fee) or gained (balance). */
  amount: 13,
  /** Asset of `amount`, an index of the venue's asset table. */
  asset: 14,
  /** Fills: realized profit in 10^-8 of the settle asset; mark: index price. */
  realized: 15,
} as const
export const FIELDS = 16

export const STATUS = {
  none: 0,
  new: 1,
  partiallyFilled: 2,
  filled: 3,
  canceled: 4,
  expired: 5,
  rejected: 6,
  expiredInMatch: 7,
} as const

/** Why an order expired or money moved. Those below 10 are the venue's own `er` numbers (user stream of futures). */
export const REASON = {
  none: 0,
  /** Self-trade prevention, other than of an IOC order's rest. */
  selfTrade: 1,
  /** Rest of an IOC or FOK order. */
  timeInForce: 2,
  /** The same after self-trade prevention. */
  selfTradeRest: 3,
  /** A reduce-only order had no position left to reduce. */
  reduceOnly: 4,
  liquidation: 5,
  /** A condition on the position no longer holds. */
  positionClosed: 6,
  delisted: 7,
  /** Rest of a market order. */
  noLiquidity: 9,
  goodTill: 10,
  postOnly: 11,
  priceRange: 12,
  adl: 13,
  order: 20,
  deposit: 21,
  withdrawal: 22,
  fundingFee: 23,
  marginTransfer: 24,
  marginTypeChange: 25,
  insuranceClear: 26,
  /** Spot: the other leg of the order's list took effect. */
  listTriggered: 30,
  /** Spot: a stop order that was set off costs more than its account has. */
  noFunds: 31,
} as const

/** Spot: how far an order list is. */
export const LIST_STATUS = { executing: 1, allDone: 2, rejected: 3 } as const

export class EventLog {
  /** FIELDS doubles per event. Grows; read `cells` anew after each request. */
  cells: Float64Array = new Float64Array(FIELDS * 256)
  length = 0

  /** Makes room for an event of the given kind, all its other columns 0; returns where its columns begin in `cells`. */
  append(kind: number): number {
    const at = this.length * FIELDS
    if (at === this.cells.length) this.#grow()
    this.cells[at] = kind
    this.length++
    return at
  }

  /** Forgets all events. Zeroes at once what `append` promises to be zero. */
  clear(): void {
    this.cells.fill(0, 0, this.length * FIELDS)
    this.length = 0
  }

  #grow(): void {
    const wider = new Float64Array(this.cells.length * 2)
    wider.set(this.cells)
    this.cells = wider
  }
}
