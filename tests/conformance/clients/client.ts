/**
 * What the cards ask of a client library, and what they take from its answers.
 *
 * In: wishes in the venue's words. Out: the library's own answers, cut down to what a card compares. An adapter calls the
 * library's public functions and nothing else; what a library has no function for, its adapter refuses with NotOffered.
 * Numbers are doubles, as some of the libraries give them: they are compared, never computed with.
 */

export const CLIENT_NAMES = ['ccxt', 'connector', 'binance'] as const
export type ClientName = (typeof CLIENT_NAMES)[number]
export type VenueName = 'futures' | 'spot'

/** A venue's addresses: `messages` in full, the others without a path. */
export interface Addresses {
  readonly rest: string
  readonly streams: string
  readonly messages: string
}

/** Where a client connects, and as whom. */
export interface Access {
  readonly futures: Addresses
  readonly spot: Addresses
  readonly apiKey: string
  readonly secret: string
}

export type Side = 'BUY' | 'SELL'
export type PositionSide = 'BOTH' | 'LONG' | 'SHORT'

export interface OrderWish {
  readonly symbol: string
  readonly side: Side
  /** STOP_MARKET is for the refusal of conditional orders on the old path. */
  readonly type:
    | 'LIMIT'
    | 'MARKET'
    | 'LIMIT_MAKER'
    | 'STOP_MARKET'
    | 'STOP_LOSS'
    | 'STOP_LOSS_LIMIT'
    | 'TAKE_PROFIT'
    | 'TAKE_PROFIT_LIMIT'
  readonly quantity?: number
  /** Spot market orders by value. */
  readonly quoteOrderQty?: number
  readonly price?: number
  readonly stopPrice?: number
  readonly timeInForce?: 'GTC' | 'IOC' | 'FOK' | 'GTX' | 'GTD'
  readonly goodTillDate?: number
  readonly reduceOnly?: boolean
  readonly positionSide?: PositionSide
  readonly newClientOrderId?: string
  readonly priceMatch?: string
  readonly selfTradePreventionMode?: string
}

export interface ConditionalWish {
  readonly symbol: string
  readonly side: Side
  readonly type: 'STOP' | 'STOP_MARKET' | 'TAKE_PROFIT' | 'TAKE_PROFIT_MARKET' | 'TRAILING_STOP_MARKET'
  readonly quantity?: number
  readonly price?: number
  readonly triggerPrice?: number
  /** Percent. */
  readonly callbackRate?: number
  readonly activatePrice?: number
  readonly workingType?: 'MARK_PRICE' | 'CONTRACT_PRICE'
  readonly closePosition?: boolean
  readonly reduceOnly?: boolean
  readonly positionSide?: PositionSide
}

export type OrderState = 'open' | 'filled' | 'canceled' | 'expired'

export interface ToldOrder {
  readonly id: string
  readonly clientId: string
  readonly state: OrderState
  readonly price: number
  readonly quantity: number
  readonly filled: number
}

export interface ToldFill {
  readonly orderId: string
  readonly price: number
  readonly quantity: number
  readonly fee: number
}

export interface ToldPosition {
  /** Negative for short. */
  readonly quantity: number
  readonly entryPrice: number
  readonly liquidationPrice: number
  readonly unrealized: number
}

export interface ToldWallet {
  readonly total: number
  readonly available: number
}

export interface ToldMarket {
  readonly symbol: string
  readonly tickSize: number
  readonly stepSize: number
}

export interface ToldCandle {
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface ToldBook {
  readonly bids: readonly (readonly [price: number, quantity: number])[]
  readonly asks: readonly (readonly [price: number, quantity: number])[]
}

/** A reply to one of several wishes: the order, or the venue's refusal. */
export type BatchAnswer = ToldOrder | { readonly code: number }

/** What a user stream said so far; the lists grow. */
export interface UserStream {
  readonly orders: readonly ToldOrder[]
  readonly fills: readonly ToldFill[]
  /** Wallet or free balances by asset, newest last. */
  readonly wallets: readonly { readonly asset: string; readonly total: number }[]
  readonly positions: readonly { readonly symbol: string; readonly quantity: number }[]
  /** Triggered or placed conditional orders, by their id. */
  readonly conditionals: readonly { readonly id: string; readonly status: string }[]
  close(): Promise<void>
}

export type MarketStreamKind = 'book' | 'trades' | 'candles' | 'mark' | 'ticker'

/** A market stream: how many messages came, and the newest price each of them had. */
export interface MarketStream {
  readonly prices: readonly number[]
  close(): Promise<void>
}

export interface Client {
  readonly name: ClientName
  serverTime(): Promise<number>
  markets(): Promise<readonly ToldMarket[]>
  book(symbol: string, limit: number): Promise<ToldBook>
  /** Prices of the newest trades. */
  trades(symbol: string): Promise<readonly number[]>
  candles(symbol: string): Promise<readonly ToldCandle[]>
  lastPrice(symbol: string): Promise<number>
  watch(kind: MarketStreamKind, symbol: string): Promise<MarketStream>

  place(wish: OrderWish): Promise<ToldOrder>
  cancel(symbol: string, id: string): Promise<ToldOrder>
  cancelAll(symbol: string): Promise<void>
  order(symbol: string, id: string): Promise<ToldOrder>
  openOrders(symbol: string): Promise<readonly ToldOrder[]>
  fills(symbol: string): Promise<readonly ToldFill[]>
  wallet(asset: string): Promise<ToldWallet>
  watchUser(symbol: string): Promise<UserStream>
  /** Through the WebSocket API. */
  placeByMessage(wish: OrderWish): Promise<ToldOrder>
  cancelByMessage(symbol: string, id: string): Promise<ToldOrder>
  /** The venue's error code that a call was refused with; undefined for any other error. */
  codeOf(error: unknown): number | undefined
  /** From now on the client's clock is so many milliseconds off. */
  skewClock(milliseconds: number): void
  close(): Promise<void>
}

export interface FuturesClient extends Client {
  amend(symbol: string, id: string, wish: OrderWish): Promise<ToldOrder>
  placeMany(wishes: readonly OrderWish[]): Promise<readonly BatchAnswer[]>
  /** Cancels all open orders when so many milliseconds pass without another call; 0 stops the clock. */
  cancelAllAfter(symbol: string, milliseconds: number): Promise<void>
  placeConditional(wish: ConditionalWish): Promise<string>
  openConditionals(symbol: string): Promise<readonly string[]>
  cancelConditional(symbol: string, id: string): Promise<void>
  position(symbol: string, side: PositionSide): Promise<ToldPosition | undefined>
  setLeverage(symbol: string, leverage: number): Promise<void>
  leverage(symbol: string): Promise<number>
  setMarginType(symbol: string, type: 'ISOLATED' | 'CROSSED'): Promise<void>
  setHedgeMode(hedge: boolean): Promise<void>
  addMargin(symbol: string, amount: number): Promise<void>
  /** Largest leverage of each bracket, first bracket first. */
  brackets(symbol: string): Promise<readonly number[]>
  income(symbol: string): Promise<readonly { readonly type: string; readonly amount: number }[]>
  /** Maker and taker rates. */
  feeRates(symbol: string): Promise<readonly [number, number]>
  mark(symbol: string): Promise<{ readonly price: number; readonly nextFunding: number }>
}

export interface SpotClient extends Client {
  /** One leg above the price, one below: prices of limit, trigger and stop-limit. Ids of both legs. */
  placeOco(wish: OcoWish): Promise<readonly string[]>
  /** Cancels one leg of an order list, with which the other goes. */
  cancelLeg(symbol: string, id: string): Promise<void>
  /** Cancels one order and places another in one request; the id of the new one. */
  replace(symbol: string, id: string, wish: OrderWish): Promise<ToldOrder>
}

export interface OcoWish {
  readonly symbol: string
  readonly side: Side
  readonly quantity: number
  readonly price: number
  readonly stopPrice: number
  readonly stopLimitPrice: number
}

/** A library without a function for something. A card that needs it does not list the client. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

/** The order state behind one of the venue's words. Throws for a word that the venue does not have. */
export function orderState(word: string): OrderState {
  switch (word) {
    case 'NEW':
    case 'PARTIALLY_FILLED':
      return 'open'
    case 'FILLED':
      return 'filled'
    case 'CANCELED':
      return 'canceled'
    case 'EXPIRED':
    case 'EXPIRED_IN_MATCH':
      return 'expired'
    default:
      throw new Error(`the venue has no order status ${word}`)
  }
}
