/**
 * What an account can ask of the venue. Requests are plain data: a number or a short text in each field, so that a journal of
 * them can be written down and played again. Prices count price quanta, quantities lots (instrument.ts), times microseconds.
 */

export const BUY = 0
export const SELL = 1

/** Spot: in which state an order may still be cancelled. */
export const CANCEL_RESTRICTION = { none: 0, onlyNew: 1, onlyPartiallyFilled: 2 } as const

/** Which position an order belongs to: the one of one-way mode, or one of hedge mode's two. */
export const POSITION_SIDE = { both: 0, long: 1, short: 2 } as const

export const ORDER_KIND = {
  limit: 0,
  market: 1,
  stop: 2,
  stopMarket: 3,
  takeProfit: 4,
  takeProfitMarket: 5,
  trailing: 6,
} as const

export const TIME_IN_FORCE = { gtc: 0, ioc: 1, fok: 2, gtx: 3, gtd: 4, rpi: 5 } as const

/** What happens where an order would meet one of the same account. */
export const SELF_TRADE = { none: 0, expireTaker: 1, expireMaker: 2, expireBoth: 3, decrement: 4 } as const

/** The price that sets a conditional order off. */
export const WORKING_TYPE = { contract: 0, mark: 1 } as const

export interface PlaceRequest {
  readonly kind: 'place'
  account: number
  instrument: number
  side: number
  /** POSITION_SIDE. */
  positionSide: number
  /** ORDER_KIND.limit or .market; conditional orders go through `ConditionalRequest` on futures. */
  orderKind: number
  timeInForce: number
  /** 0 for market orders. */
  price: number
  /** 0 where `quoteQuantity` says it. */
  quantity: number
  /** Spot market orders by value, in 10^-8 of the quote asset; 0 otherwise. */
  quoteQuantity: number
  reduceOnly: boolean
  /** Empty: the venue makes one. */
  clientId: string
  /** SELF_TRADE. */
  selfTrade: number
  /** Of GTD orders; 0 otherwise. */
  goodTill: number
  /** priceMatch of futures: 0 none, positive the n-th opposite level, negative the n-th own level. */
  priceMatch: number
}

export interface CancelRequest {
  readonly kind: 'cancel'
  account: number
  instrument: number
  /** 0 where `clientId` names the order. */
  orderId: number
  clientId: string
  /** Spot: the id of the cancellation itself; without one the venue makes it. */
  cancelId?: string
  /** Spot: CANCEL_RESTRICTION; without one any open order may go. */
  restriction?: number
}

export interface AmendRequest {
  readonly kind: 'amend'
  account: number
  instrument: number
  orderId: number
  clientId: string
  side: number
  price: number
  quantity: number
  /** Spot: the order's client id from now on; without one the venue makes it. */
  newClientId?: string
}

export interface CancelAllRequest {
  readonly kind: 'cancel-all'
  account: number
  instrument: number
}

/** After `delay` microseconds without another such request all orders of the instrument are cancelled; 0 switches it off. */
export interface CountdownRequest {
  readonly kind: 'countdown'
  account: number
  instrument: number
  delay: number
}

/** A conditional order: of the futures venue's Algo service, or a stop or take-profit order of the spot venue. */
export interface ConditionalRequest {
  readonly kind: 'conditional'
  account: number
  instrument: number
  side: number
  positionSide: number
  /** ORDER_KIND.stop to .trailing. */
  orderKind: number
  timeInForce: number
  price: number
  quantity: number
  triggerPrice: number
  workingType: number
  priceProtect: boolean
  reduceOnly: boolean
  closePosition: boolean
  /** Of trailing stops: price quanta (0: the latest price) and hundredths of a percent. */
  activatePrice: number
  callbackRate: number
  clientId: string
  selfTrade: number
  goodTill: number
  priceMatch: number
}

export interface CancelConditionalRequest {
  readonly kind: 'cancel-conditional'
  account: number
  /** 0 where `clientId` names it. */
  conditionalId: number
  clientId: string
}

export interface CancelAllConditionalRequest {
  readonly kind: 'cancel-all-conditional'
  account: number
  instrument: number
}

/** Spot: an order of either sort. */
export type OrderRequest = PlaceRequest | ConditionalRequest

/**
 * Spot: one-cancels-the-other, a limit-maker or take-profit order on one side of the market and a stop order on the other.
 * Both legs have the same account, instrument, side and quantity.
 */
export interface PlaceListRequest {
  readonly kind: 'place-list'
  account: number
  instrument: number
  /** Of the list. Empty: the venue makes one. */
  clientId: string
  /** The leg with the higher price first. */
  above: OrderRequest
  below: OrderRequest
}

/** Spot: cancels both legs of a list. */
export interface CancelListRequest {
  readonly kind: 'cancel-list'
  account: number
  instrument: number
  /** 0 where `clientId` names the list. */
  listId: number
  clientId: string
  cancelId?: string
}

/** Spot: one order goes, another comes. */
export interface CancelReplaceRequest {
  readonly kind: 'cancel-replace'
  cancel: CancelRequest
  order: OrderRequest
  /** Places the new order even where the cancellation failed. */
  allowFailure: boolean
}

export interface LeverageRequest {
  readonly kind: 'leverage'
  account: number
  instrument: number
  leverage: number
}

export interface MarginTypeRequest {
  readonly kind: 'margin-type'
  account: number
  instrument: number
  isolated: boolean
}

export interface PositionModeRequest {
  readonly kind: 'position-mode'
  account: number
  hedge: boolean
}

/** Adds to (positive) or takes from the margin of an isolated position, in 10^-8 of the settle asset. */
export interface PositionMarginRequest {
  readonly kind: 'position-margin'
  account: number
  instrument: number
  positionSide: number
  amount: number
}

/** A deposit (positive) or withdrawal, as decimal text of the asset: amounts of any size stay exact. */
export interface TransferRequest {
  readonly kind: 'transfer'
  account: number
  asset: string
  amount: string
}

/** A new account. Its number is the count of those before it. */
export interface OpenAccountRequest {
  readonly kind: 'open-account'
  name: string
  /** Commission tier: 0 or absent for the lowest. */
  feeTier?: number
}

/** What the operator of the venue does to a market. Mark and index in mark quanta. */
export interface MarkRequest {
  readonly kind: 'mark'
  instrument: number
  mark: number
  index: number
}
export interface HaltRequest {
  readonly kind: 'halt'
  instrument: number
  halted: boolean
}

/** All filters of a market from now on: prices in price quanta, quantities in lots, 0 where there is no bound. */
export interface FiltersRequest {
  readonly kind: 'filters'
  instrument: number
  tickSize: number
  minPrice: number
  maxPrice: number
  stepSize: number
  minQuantity: number
  maxQuantity: number
  /** Of market orders. */
  marketStepSize: number
  marketMinQuantity: number
  marketMaxQuantity: number
  /** Millionths of the quote asset. */
  minNotionalMicros: number
  /** Farthest prices from the mark or average price, in millionths of it. */
  priceBandUpPpm: number
  priceBandDownPpm: number
}

/** Cuts the next `matches` of an account's orders into so many fills each, as far as their lots go; 1 takes that back. */
export interface SlicesRequest {
  readonly kind: 'slices'
  account: number
  slices: number
  matches: number
}

export type VenueRequest =
  | PlaceRequest
  | CancelRequest
  | AmendRequest
  | CancelAllRequest
  | CountdownRequest
  | ConditionalRequest
  | CancelConditionalRequest
  | CancelAllConditionalRequest
  | PlaceListRequest
  | CancelListRequest
  | CancelReplaceRequest
  | LeverageRequest
  | MarginTypeRequest
  | PositionModeRequest
  | PositionMarginRequest
  | TransferRequest
  | OpenAccountRequest
  | MarkRequest
  | HaltRequest
  | FiltersRequest
  | SlicesRequest

/** What became of a request. */
export interface Outcome {
  /** 0, or the venue's error code. */
  readonly code: number
  /** The venue's own words for the code; empty when it is 0. */
  readonly message: string
  /** Slot of the order concerned in the order store, or index of the conditional order; -1 where there is none. */
  readonly slot: number
}
