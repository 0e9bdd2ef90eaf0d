/**
 * All orders of a venue in columns, one slot each.
 *
 * In: orders as they are accepted. Out: slots, found again by the venue's order id or by (account, client id) among the open
 * ones. Owns: the slots. A slot of an order that was closed keeps its facts until `recycle`, which the venue calls when the
 * events that name it have been read. Grows as needed; nothing is allocated for an order but its client id.
 */

export const ORDER_FLAG = {
  reduceOnly: 1,
  closePosition: 2,
  /** Made by the venue to close a position in liquidation. */
  liquidation: 4,
  /** Made by a conditional order that was set off. */
  triggered: 8,
  /** Liquidity of the market inside: nobody reads its orders, so that no history of them is kept. */
  crowd: 16,
} as const

export class OrderStore {
  capacity = 0
  /** Orders that have a slot, closed ones that were not recycled included. */
  count = 0
  // Fixed facts.
  id: Float64Array = new Float64Array(0)
  account: Int32Array = new Int32Array(0)
  instrument: Int32Array = new Int32Array(0)
  /** BUY or SELL. */
  side: Uint8Array = new Uint8Array(0)
  positionSide: Uint8Array = new Uint8Array(0)
  /** ORDER_KIND. */
  kind: Uint8Array = new Uint8Array(0)
  timeInForce: Uint8Array = new Uint8Array(0)
  selfTrade: Uint8Array = new Uint8Array(0)
  flags: Uint8Array = new Uint8Array(0)
  /** Price quanta (0 for market orders), lots, microseconds. */
  price: Float64Array = new Float64Array(0)
  quantity: Float64Array = new Float64Array(0)
  goodTill: Float64Array = new Float64Array(0)
  created: Float64Array = new Float64Array(0)
  clientId: string[] = []
  // What changes.
  filled: Float64Array = new Float64Array(0)
  /** Sum of price times lots over the fills: `filledValueHigh * 2^40 + filledValue`, each an integer, the second below 2^40. */
  filledValue: Float64Array = new Float64Array(0)
  filledValueHigh: Float64Array = new Float64Array(0)
  /** STATUS. */
  status: Uint8Array = new Uint8Array(0)
  updated: Float64Array = new Float64Array(0)
  amendments: Int32Array = new Int32Array(0)
  // Place in the book: neighbours at the same price, and the level. -1 for none.
  before: Int32Array = new Int32Array(0)
  behind: Int32Array = new Int32Array(0)
  level: Int32Array = new Int32Array(0)
  // Neighbours among the open orders of (account, instrument). -1 for none.
  previousOwn: Int32Array = new Int32Array(0)
  nextOwn: Int32Array = new Int32Array(0)
}
