/**
 * The levels of one side that changed since they were last published: price and the quantity now there.
 * A table with open addressing, emptied without touching it: a cell counts only if its stamp is the current one.
 */

const FIRST_CELLS = 32

export class ChangedLevels {
  count = 0
  /** The changed prices, in the order in which they first changed. */
  #prices: Float64Array = new Float64Array(FIRST_CELLS / 2)
  #keys: Float64Array = new Float64Array(FIRST_CELLS)
  #quantities: Float64Array = new Float64Array(FIRST_CELLS)
  #stamps: Int32Array = new Int32Array(FIRST_CELLS)
  #stamp = 1

  put(price: number, quantity: number): void {
    const cell = this.#cellOf(price)
    this.#quantities[cell] = quantity
    if (this.#stamps[cell] === this.#stamp) return
    this.#stamps[cell] = this.#stamp
    this.#keys[cell] = price
    this.#prices[this.count] = price
    this.count++
    if (this.count === this.#prices.length) this.#grow()
  }

  /** The changed prices in rising order; valid until the next change. */
  sorted(): Float64Array {
    return this.#prices.subarray(0, this.count).sort()
  }

  /** The quantity now at a changed price. */
  quantityAt(price: number): number {
    return this.#quantities[this.#cellOf(price)] as number
  }

  clear(): void {
    this.count = 0
    this.#stamp++
  }

  #cellOf(price: number): number {
    const keys = this.#keys
    const mask = keys.length - 1
    const mixed = Math.imul(price | 0, 0x9e3779b1 | 0)
    let cell = (mixed ^ (mixed >>> 15)) & mask
    while (this.#stamps[cell] === this.#stamp && keys[cell] !== price) cell = (cell + 1) & mask
    return cell
  }

  #grow(): void {
    const prices = this.#prices
    const quantities = Float64Array.from(prices, (price) => this.quantityAt(price))
    const cells = this.#keys.length * 2
    this.#prices = new Float64Array(cells / 2)
    this.#keys = new Float64Array(cells)
    this.#quantities = new Float64Array(cells)
    this.#stamps = new Int32Array(cells)
    this.count = 0
    for (let i = 0; i < prices.length; i++) this.put(prices[i] as number, quantities[i] as number)
  }
}
