/** The columns of the order store, and how they grow. */

/** Columns of doubles and of integers, in the order in which a saved store has them. */
export const DOUBLES = [
  'id',
  'price',
  'quantity',
  'remaining',
  'goodTill',
  'created',
  'filled',
  'filledValue',
  'filledValueHigh',
  'updated',
] as const
export const INTEGERS = [
  'account',
  'instrument',
  'side',
  'positionSide',
  'kind',
  'timeInForce',
  'selfTrade',
  'flags',
  'priceMatch',
  'status',
  'isOpen',
  'amendments',
  'before',
  'behind',
  'previousOwn',
  'nextOwn',
] as const
/** Columns that are made anew from others when a store is loaded. */
const DERIVED = ['level', 'timer', 'nextById', 'nextByClient', 'clientHash'] as const

export class OrderColumns {
  /** Slots that the columns have room for. */
  capacity = 0
  // Fixed facts (an amendment changes price and quantity).
  id: Float64Array = new Float64Array(0)
  account: Int32Array = new Int32Array(0)
  instrument: Int32Array = new Int32Array(0)
  /** BUY or SELL. */
  side: Uint8Array = new Uint8Array(0)
  /** POSITION_SIDE. */
  positionSide: Uint8Array = new Uint8Array(0)
  /** ORDER_KIND. */
  kind: Uint8Array = new Uint8Array(0)
  /** TIME_IN_FORCE. */
  timeInForce: Uint8Array = new Uint8Array(0)
  /** SELF_TRADE. */
  selfTrade: Uint8Array = new Uint8Array(0)
  /** ORDER_FLAG. */
  flags: Uint8Array = new Uint8Array(0)
  /** As the request had it. */
  priceMatch: Int8Array = new Int8Array(0)
  /** Price quanta (0 for market orders), lots, microseconds. */
  price: Float64Array = new Float64Array(0)
  quantity: Float64Array = new Float64Array(0)
  goodTill: Float64Array = new Float64Array(0)
  created: Float64Array = new Float64Array(0)
  /** Empty where the request had none: ask the store's `clientIdOf`. */
  clientId: string[] = []
  // What changes.
  /** Lots that may still be filled; kept when the order ends. Quantity less filled, less what self-trade prevention took. */
  remaining: Float64Array = new Float64Array(0)
  filled: Float64Array = new Float64Array(0)
  /** Sum of price times lots over the fills: `filledValueHigh * 2^40 + filledValue`, integers, the second below 2^40. */
  filledValue: Float64Array = new Float64Array(0)
  filledValueHigh: Float64Array = new Float64Array(0)
  /** STATUS. */
  status: Uint8Array = new Uint8Array(0)
  updated: Float64Array = new Float64Array(0)
  amendments: Int32Array = new Int32Array(0)
  /** 1 while the order can be found. */
  isOpen: Uint8Array = new Uint8Array(0)
  // Place in the book: neighbours at the same price (-1 for none), and the level (-1: does not rest).
  before: Int32Array = new Int32Array(0)
  behind: Int32Array = new Int32Array(0)
  level: Int32Array = new Int32Array(0)
  // Neighbours among the open orders of (account, instrument). -1 for none.
  previousOwn: Int32Array = new Int32Array(0)
  nextOwn: Int32Array = new Int32Array(0)
  // Chains of the store's indexes, and the place in the heap of deadlines (-1 for none).
  nextById: Int32Array = new Int32Array(0)
  nextByClient: Int32Array = new Int32Array(0)
  clientHash: Int32Array = new Int32Array(0)
  timer: Int32Array = new Int32Array(0)

  /** Replaces every column by one of `capacity` slots with the same contents. */
  protected growColumns(capacity: number): void {
    for (const name of DOUBLES) this[name] = grown(this[name], new Float64Array(capacity))
    for (const name of DERIVED) this[name] = grown(this[name], new Int32Array(capacity))
    for (const name of INTEGERS) this.#growInteger(name, capacity)
    for (let slot = this.clientId.length; slot < capacity; slot++) this.clientId.push('')
    this.clientId.length = capacity
    this.capacity = capacity
  }

  #growInteger(name: (typeof INTEGERS)[number], capacity: number): void {
    const column = this[name]
    const Column = column.constructor as new (length: number) => Int32Array
    const longer = new Column(capacity)
    longer.set(column.subarray(0, capacity))
    this[name] = longer as never
  }
}

function grown<Column extends Float64Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from.subarray(0, to.length))
  return to
}
