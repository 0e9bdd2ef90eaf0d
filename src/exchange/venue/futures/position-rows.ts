/**
 * Positions and open-order sums in rows: one row for each (account, instrument, position side) that was ever used.
 *
 * In: row numbers and changes that the settlement has worked out. Out: columns by row. Owns: the rows, and the chains that
 * lead through an account's rows and through the holders of an instrument. Amounts are exact 10^-8 of the settle asset.
 */
import { I128Array } from '../../../core/number/i128.ts'
import type { StateReader, StateWriter } from '../../../core/tape/state.ts'

const FIRST_ROWS = 64
const SIDES = 3
const INTEGERS = ['account', 'instrument', 'side', 'nextOfAccount'] as const
const CHAINS = ['nextHolder', 'previousHolder', 'reduceOnlyOrders'] as const
const DOUBLES = ['quantity', 'buyLots', 'sellLots', 'updated'] as const
/** Not saved: made from the amounts. */
const NEAR = ['buyNear', 'sellNear', 'costNear'] as const
const AMOUNTS = ['cost', 'isolatedWallet', 'realized', 'fees', 'buyValue', 'sellValue'] as const

export class PositionRows {
  count = 0
  account: Int32Array = new Int32Array(FIRST_ROWS)
  instrument: Int32Array = new Int32Array(FIRST_ROWS)
  /** POSITION_SIDE. */
  side: Int32Array = new Int32Array(FIRST_ROWS)
  /** Lots, negative for short. */
  quantity: Float64Array = new Float64Array(FIRST_ROWS)
  /** Value at entry, with the sign of the quantity. */
  cost: I128Array = new I128Array(FIRST_ROWS)
  /** What an isolated position has of its account's wallet. */
  isolatedWallet: I128Array = new I128Array(FIRST_ROWS)
  /** Realized profit before fees, ever. */
  realized: I128Array = new I128Array(FIRST_ROWS)
  /** Fees paid for what is held now: they raise the break-even price. */
  fees: I128Array = new I128Array(FIRST_ROWS)
  /** Remaining lots and value of open orders that may open (not reduce-only), by side. */
  buyLots: Float64Array = new Float64Array(FIRST_ROWS)
  sellLots: Float64Array = new Float64Array(FIRST_ROWS)
  buyValue: I128Array = new I128Array(FIRST_ROWS)
  sellValue: I128Array = new I128Array(FIRST_ROWS)
  /** The same values and the cost as doubles: `toNumber` of each, for estimates. */
  buyNear: Float64Array = new Float64Array(FIRST_ROWS)
  sellNear: Float64Array = new Float64Array(FIRST_ROWS)
  costNear: Float64Array = new Float64Array(FIRST_ROWS)
  /** Resting orders that are reduce-only. */
  reduceOnlyOrders: Int32Array = new Int32Array(FIRST_ROWS)
  /** Time of the last change of the position, microseconds. */
  updated: Float64Array = new Float64Array(FIRST_ROWS)
  /** The account's row that was made before, -1 for none. */
  nextOfAccount: Int32Array = new Int32Array(FIRST_ROWS)
  /** Rows of the instrument that are not flat: neighbours, -1 for none. */
  nextHolder: Int32Array = new Int32Array(FIRST_ROWS)
  previousHolder: Int32Array = new Int32Array(FIRST_ROWS)
  /** By instrument. */
  readonly firstHolder: Int32Array
  readonly #instruments: number
  /** By account. */
  #firstOfAccount: Int32Array = new Int32Array(0)
  /** By (account, instrument, side). */
  #row: Int32Array = new Int32Array(0)

  constructor(instruments: number) {
    this.#instruments = instruments
    this.firstHolder = new Int32Array(instruments).fill(-1)
  }

  /** The row of a position, -1 where none was ever used. */
  find(account: number, instrument: number, side: number): number {
    return this.#row[(account * this.#instruments + instrument) * SIDES + side] ?? -1
  }

  /** The row of a position, made if there is none. */
  take(account: number, instrument: number, side: number): number {
    const found = this.find(account, instrument, side)
    if (found !== -1) return found
    this.#makeRoom(account)
    const row = this.count++
    this.account[row] = account
    this.instrument[row] = instrument
    this.side[row] = side
    this.nextHolder[row] = -1
    this.previousHolder[row] = -1
    this.nextOfAccount[row] = this.#firstOfAccount[account] as number
    this.#firstOfAccount[account] = row
    this.#row[(account * this.#instruments + instrument) * SIDES + side] = row
    return row
  }

  /** First row of an account, -1 for none; `nextOfAccount` leads on. */
  firstOf(account: number): number {
    return this.#firstOfAccount[account] ?? -1
  }

  /** Takes a row that is no longer flat into the chain of holders. */
  hold(row: number): void {
    const instrument = this.instrument[row] as number
    const first = this.firstHolder[instrument] as number
    this.previousHolder[row] = -1
    this.nextHolder[row] = first
    if (first !== -1) this.previousHolder[first] = row
    this.firstHolder[instrument] = row
  }

  /** Takes a row that has become flat out of the chain of holders. */
  release(row: number): void {
    const previous = this.previousHolder[row] as number
    const next = this.nextHolder[row] as number
    if (previous === -1) this.firstHolder[this.instrument[row] as number] = next
    else this.nextHolder[previous] = next
    if (next !== -1) this.previousHolder[next] = previous
    this.nextHolder[row] = -1
    this.previousHolder[row] = -1
  }

  save(writer: StateWriter): void {
    writer.begin('positions', 1)
    writer.u32(this.count)
    writer.i32s(this.#firstOfAccount)
    writer.i32s(this.#row)
    writer.i32s(this.firstHolder)
    for (const name of INTEGERS) writer.i32s(this[name], 0, this.count)
    for (const name of CHAINS) writer.i32s(this[name], 0, this.count)
    for (const name of DOUBLES) writer.f64s(this[name], 0, this.count)
    for (const name of AMOUNTS) writer.u32s(this[name].words, 0, this.count * 4)
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('positions', 1)
    const count = reader.u32()
    this.#firstOfAccount = reader.i32s()
    this.#row = reader.i32s()
    reader.into(this.firstHolder)
    while (this.account.length < count) this.#grow()
    this.count = count
    for (const name of INTEGERS) this[name].set(reader.i32s())
    for (const name of CHAINS) this[name].set(reader.i32s())
    for (const name of DOUBLES) this[name].set(reader.f64s())
    for (const name of AMOUNTS) this[name].words.set(reader.u32s())
    for (let row = 0; row < count; row++) {
      this.buyValue.storeNumber(row, this.buyNear, row)
      this.sellValue.storeNumber(row, this.sellNear, row)
      this.cost.storeNumber(row, this.costNear, row)
    }
    reader.end()
  }

  #makeRoom(account: number): void {
    if (this.count === this.account.length) this.#grow()
    if (account < this.#firstOfAccount.length) return
    const accounts = Math.max(account + 1, this.#firstOfAccount.length * 2, 16)
    this.#firstOfAccount = widened(this.#firstOfAccount, new Int32Array(accounts).fill(-1))
    this.#row = widened(this.#row, new Int32Array(accounts * this.#instruments * SIDES).fill(-1))
  }

  #grow(): void {
    const length = this.account.length * 2
    for (const name of INTEGERS) this[name] = widened(this[name], new Int32Array(length))
    for (const name of CHAINS) this[name] = widened(this[name], new Int32Array(length))
    for (const name of DOUBLES) this[name] = widened(this[name], new Float64Array(length))
    for (const name of NEAR) this[name] = widened(this[name], new Float64Array(length))
    for (const name of AMOUNTS) this[name].grow(length)
  }
}

function widened<Column extends Float64Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
