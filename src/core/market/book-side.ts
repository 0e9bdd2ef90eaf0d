/**
 * One side of an order book: a window of prices near the touch, indexed by price, and a table of the levels beyond.
 *
 * A level inside the window is one element of `quantities` and one bit of `bits`; the best level is a known offset, and
 * the next one is found by its bit. The window is a ring that slides with the touch, in whole words of bits, and it grows
 * when too many updates miss it, so that a quiet book stays small and distance alone never costs memory.
 * Ranks are signed prices (asks negative): on either side the greater rank is the better price.
 * Between calls no level in the spill is better than the window's bottom, so the best level of all is in the window.
 */
import { commonStep } from './common-step.ts'
import { recordChange, type LevelChanges } from './level-changes.ts'
import { LevelSpill } from './level-spill.ts'
import { clearBit, highestAtOrBelow, isSet, setBit } from './offset-bits.ts'

/** Sides of a book and of an order, as the columns of `Book.top` have them. */
export const SIDE = { bid: 0, ask: 1 } as const

/** Window of a new side: 4 KB. */
const SMALLEST_WINDOW = 512
/** Largest window, 264 KB with its bits: four times as much gained a sixth on spot BTC, the widest recorded book. */
const LARGEST_WINDOW = 32_768
const WINDOW_GROWTH = 4
/** The window grows when more than one update in this many missed it. */
const MISS_RATIO = 12
/** An ordered read that has to sort what lies outside the window costs as much as this many misses. */
const SORT_MISSES = 32

export class BookSide {
  /** SIDE.bid or SIDE.ask. */
  readonly side: number
  /** Distance of neighbouring window slots in price quanta: the tick, or a divisor of it once a finer price was seen. */
  unit: number
  /** Levels of the side, those beyond the window included. */
  get count(): number {
    return this.#inWindow + this.#spill.count
  }
  /** Levels kept over a gap that no message has confirmed since. */
  get unverified(): number {
    return this.#doubtful + this.#spill.unverified
  }

  readonly #sign: number
  #inverse: number
  #size = SMALLEST_WINDOW
  #quantities: Float64Array = new Float64Array(SMALLEST_WINDOW)
  #bits: Int32Array = new Int32Array(SMALLEST_WINDOW >> 5)
  /** Bits of levels that are unverified. */
  #doubts: Int32Array = new Int32Array(SMALLEST_WINDOW >> 5)
  #doubtful = 0
  #inWindow = 0
  /** Rank of the window's bottom; NaN until the first level comes. */
  #low = Number.NaN
  /** Ring position of the window's bottom, a multiple of 32. */
  #shift = 0
  /** Offset of the best level from the bottom; -1 when the window is empty. */
  #best = -1
  readonly #spill: LevelSpill = new LevelSpill()
  /** Rank down to which the last snapshot reached. */
  #covered = Number.POSITIVE_INFINITY
  /** Since the window last grew. */
  #updates = 0
  #misses = 0
  /** Scratch of `overlay`: (price, 0) pairs. */
  #replaced: Float64Array = new Float64Array(0)
  readonly #pair: Float64Array = new Float64Array(2)
  readonly #before: Float64Array = new Float64Array(1)

  constructor(side: number, unit: number) {
    if (!(Number.isSafeInteger(unit) && unit > 0))
      throw new RangeError(`a book's tick of ${unit} price quanta is no positive integer`)
    this.side = side
    this.unit = unit
    this.#inverse = 1 / unit
    this.#sign = side === SIDE.bid ? 1 : -1
  }

  /**
   * Takes `count` (price, quantity) pairs from `from[at]` on; a quantity of 0 removes. With `changes`, each pair is also
   * appended there with the quantity before.
   */
  apply(from: Float64Array, at: number, count: number, changes: LevelChanges | undefined): void {
    const end = at + count * 2
    for (let next = at; next < end;) {
      next = this.#applyInWindow(from, next, end, changes)
      if (next < end) {
        this.#applyOutside(from, next, changes)
        next += 2
      }
    }
    this.#updates += count
    if (this.#best < this.#size >> 2) this.#settle()
  }

  /**
   * Replaces the levels from the best to the worst price that the pairs name. Worse levels stay as unverified if `keepFar`,
   * unless `whole` says that the pairs are the whole side.
   */
  overlay(from: Float64Array, at: number, count: number, keepFar: boolean, whole: boolean): void {
    let bottom = Number.POSITIVE_INFINITY
    for (let i = at; i < at + count * 2; i += 2) bottom = Math.min(bottom, (from[i] as number) * this.#sign)
    const kept = keepFar && !whole ? bottom : Number.NEGATIVE_INFINITY
    if (this.#replaced.length < this.count * 2) this.#replaced = new Float64Array(this.count * 4)
    let n = 0
    for (let position = this.first(); position !== -1; position = this.next(position)) {
      const price = this.priceAt(position)
      if (price * this.#sign < kept) this.#doubt(price * this.#sign)
      else this.#replaced[n++ * 2] = price
    }
    // A snapshot says how far the book reaches, not how often far levels change: it is no reason to grow.
    this.#misses = -n - count
    this.apply(this.#replaced, 0, n, undefined)
    this.apply(from, at, count, undefined)
    this.#misses = 0
    if (keepFar) this.#replaced = new Float64Array(0) // snapshots are rare, partial books are not
    this.#covered = whole ? Number.NEGATIVE_INFINITY : bottom
  }

  /** Writes best price and quantity into `out[at]` and `out[at + 1]`, zeros when there is no level. */
  writeBest(out: Float64Array, at: number): void {
    const best = this.#best
    out[at] = best < 0 ? 0 : (this.#low + best * this.unit) * this.#sign
    out[at + 1] = best < 0 ? 0 : (this.#quantities[(best + this.#shift) & (this.#size - 1)] as number)
  }

  /** Position of the best level, -1 if there is none. Positions are integers, valid until the next change. */
  first(): number {
    return this.#best
  }

  /** Position of the next worse level, -1 behind the last. */
  next(position: number): number {
    if (position > 0) {
      const found = highestAtOrBelow(this.#bits, position - 1, this.#shift, this.#size - 1)
      if (found >= 0) return found
    }
    if (position >= 0) return this.#spill.count === 0 ? -1 : this.#firstOutside()
    return position === -2 ? -1 : position + 1
  }

  priceAt(position: number): number {
    if (position >= 0) return (this.#low + position * this.unit) * this.#sign
    return (this.#spill.sorted()[-2 - position] as number) * this.#sign
  }

  quantityAt(position: number): number {
    if (position >= 0) return this.#quantities[(position + this.#shift) & (this.#size - 1)] as number
    return this.#spill.quantityOf(this.#spill.sorted()[-2 - position] as number)
  }

  /** True when the level at `position` was kept over a gap and not confirmed since. */
  isUnverifiedAt(position: number): boolean {
    if (position >= 0) return isSet(this.#doubts, (position + this.#shift) & (this.#size - 1))
    return this.#spill.isUnverified(this.#spill.sorted()[-2 - position] as number)
  }

  /** Quantity at a price, 0 if no level is held there; `knows` tells whether that means that there is none. */
  quantityOf(price: number): number {
    const rank = price * this.#sign
    const offset = (rank - this.#low) / this.unit
    if (!(offset >= 0 && offset < this.#size)) return this.#spill.quantityOf(rank)
    return Number.isInteger(offset) ? (this.#quantities[(offset + this.#shift) & (this.#size - 1)] as number) : 0
  }

  /** Worst price of which absence is known (infinite when the whole side is): that of the last snapshot. */
  get coveredTo(): number {
    return this.#covered * this.#sign
  }

  /** True when an absent level at this price is known to be absent: a snapshot has reached so far. */
  knows(price: number): boolean {
    return price * this.#sign >= this.#covered
  }

  /** Copies (price, quantity) pairs, best first, at most `most` of them; returns how many. */
  copyLevels(out: Float64Array, most: number): number {
    let n = 0
    for (let position = this.first(); position !== -1 && n < most; position = this.next(position)) {
      out[n * 2] = this.priceAt(position)
      out[n * 2 + 1] = this.quantityAt(position)
      n++
    }
    return n
  }

  /** Sum of the quantities from the best level to `price`, both inclusive. */
  quantityTo(price: number): number {
    const bottom = price * this.#sign
    let sum = 0
    for (let offset = this.#best; offset >= 0;) {
      if (this.#low + offset * this.unit < bottom) return sum
      sum += this.#quantities[(offset + this.#shift) & (this.#size - 1)] as number
      offset = offset === 0 ? -1 : highestAtOrBelow(this.#bits, offset - 1, this.#shift, this.#size - 1)
    }
    return sum + this.#spill.quantityTo(bottom)
  }

  /** Becomes a side of these (price, quantity) pairs; `doubts` has a 1 for each that is unverified. */
  restore(pairs: Float64Array, doubts: Uint8Array, coveredTo: number): void {
    this.#spill.clear()
    this.#quantities.fill(0)
    this.#bits.fill(0)
    this.#doubts.fill(0)
    this.#doubtful = 0
    this.#inWindow = 0
    this.#best = -1
    this.#low = Number.NaN
    this.#misses = -doubts.length
    this.apply(pairs, 0, doubts.length, undefined)
    this.#misses = 0
    for (let i = 0; i < doubts.length; i++) if (doubts[i] !== 0) this.#doubt((pairs[i * 2] as number) * this.#sign)
    this.#covered = coveredTo * this.#sign
  }

  /** Applies pairs until one lies outside the window; returns its index, or `end`. */
  #applyInWindow(from: Float64Array, at: number, end: number, changes: LevelChanges | undefined): number {
    const sign = this.#sign
    const low = this.#low
    const unit = this.unit
    const inverse = this.#inverse
    const size = this.#size
    // Offsets of small prices a tick of one quantum apart need integers only, which takes a tenth off the whole.
    const bottom = low | 0
    const narrow = unit === 1 && bottom === low && ((low + size) | 0) === low + size
    const mask = size - 1
    const shift = this.#shift
    const quantities = this.#quantities
    const bits = this.#bits
    let best = this.#best
    let inWindow = this.#inWindow
    const hasDoubts = this.#doubtful !== 0
    let i = at
    for (; i < end; i += 2) {
      const price = from[i] as number
      let offset = 0
      if (narrow) {
        if ((price | 0) !== price) break
        offset = (Math.imul(price, sign) - bottom) | 0
      } else {
        offset = ((price * sign - low) * inverse + 0.5) | 0
        if (offset * unit + low !== price * sign) break
      }
      if (offset >>> 0 >= size) break
      const quantity = from[i + 1] as number
      const slot = (offset + shift) & mask
      const before = quantities[slot] as number
      quantities[slot] = quantity
      const held = +(before !== 0)
      const holds = +(quantity !== 0)
      inWindow += holds - held
      bits[slot >> 5] = ((bits[slot >> 5] as number) & ~(1 << slot)) | (holds << slot)
      if (offset >= best) {
        if (holds !== 0) best = offset
        else if (offset === best) best = inWindow === 0 ? -1 : highestAtOrBelow(bits, offset, shift, mask)
      }
      if (hasDoubts) this.#confirm(slot)
      if (changes !== undefined) {
        this.#before[0] = before
        recordChange(changes, this.side, from, i, this.#before)
      }
    }
    this.#best = best
    this.#inWindow = inWindow
    return i
  }

  /** Applies the pair at `at`, whose price lies outside the window, is no multiple of the unit, or is the first. */
  #applyOutside(from: Float64Array, at: number, changes: LevelChanges | undefined): void {
    const rank = (from[at] as number) * this.#sign
    const isNew = from[at + 1] !== 0
    if (Number.isNaN(this.#low) && isNew) this.#center(rank)
    if (isNew && !Number.isInteger((rank - this.#low) / this.unit)) this.#refine(rank)
    const offset = (rank - this.#low) / this.unit
    if (isNew && offset >= this.#size) this.#slide(offset - this.#home())
    const within = (rank - this.#low) / this.unit
    if (within >= 0 && within < this.#size && Number.isInteger(within)) {
      this.#applyInWindow(from, at, at + 2, changes)
      return
    }
    this.#spill.set(from, at, this.#sign)
    if (changes !== undefined) recordChange(changes, this.side, from, at, this.#spill.before)
    this.#misses++
    if (this.#misses > this.#size >> 3 && this.#misses * MISS_RATIO > this.#updates) this.#grow()
  }

  /** Makes the unit fine enough for a price that is no multiple of it away from the others. */
  #refine(rank: number): void {
    this.#rebuild(commonStep(this.unit, Math.abs(rank - this.#low)), this.#size)
  }

  /** Where the best level is put when the window is laid anew: room above for a rise, most of it below. */
  #home(): number {
    return (this.#size >> 2) * 3
  }

  #center(rank: number): void {
    this.#low = rank - this.#home() * this.unit
    this.#shift = 0
  }

  #firstOutside(): number {
    if (!this.#spill.isSorted) this.#misses += SORT_MISSES
    return -1 - this.#spill.sorted().length
  }

  /** Brings the window back to the touch when the best level has come near its bottom. */
  #settle(): void {
    if (this.#spill.count === 0) return
    if (this.#best >= 0) this.#slide(this.#best - this.#home())
    else this.#slide(Math.floor((this.#spill.best() - this.#low) / this.unit) - this.#home())
  }

  /** Moves the window by about `distance` units: what leaves it goes to the spill, what it reaches comes back from there. */
  #slide(distance: number): void {
    const steps = Math.floor(distance / 32) * 32
    const size = this.#size
    if (steps >= size || steps <= -size) this.#evict(0, size)
    else if (steps > 0) this.#evict(0, steps)
    else this.#evict(size + steps, size)
    this.#low += steps * this.unit
    this.#shift = ((steps % size) + this.#shift) & (size - 1)
    this.#best = highestAtOrBelow(this.#bits, size - 1, this.#shift, size - 1)
    this.#readmit()
  }

  /** Moves the levels at the offsets from `start` to before `end` into the spill. */
  #evict(start: number, end: number): void {
    const mask = this.#size - 1
    for (let offset = highestAtOrBelow(this.#bits, end - 1, this.#shift, mask); offset >= start;) {
      const slot = (offset + this.#shift) & mask
      const rank = this.#low + offset * this.unit
      this.#pair[0] = rank * this.#sign
      this.#pair[1] = this.#quantities[slot] as number
      this.#spill.set(this.#pair, 0, this.#sign)
      if (isSet(this.#doubts, slot)) this.#spill.doubt(rank)
      this.#confirm(slot)
      this.#quantities[slot] = 0
      clearBit(this.#bits, slot)
      this.#inWindow--
      offset = offset === 0 ? -1 : highestAtOrBelow(this.#bits, offset - 1, this.#shift, mask)
    }
  }

  /** Takes the levels of the spill that lie inside the window back into it. */
  #readmit(): void {
    const spill = this.#spill
    if (spill.count === 0) return
    const top = this.#low + this.#size * this.unit
    const back = spill.ranks.filter((rank) => rank !== 0 && rank >= this.#low && rank < top)
    for (const rank of back) {
      const doubtful = spill.isUnverified(rank)
      this.#pair[0] = rank * this.#sign
      this.#pair[1] = spill.quantityOf(rank)
      this.#applyInWindow(this.#pair, 0, 2, undefined)
      if (doubtful) this.#doubt(rank)
      this.#pair[1] = 0
      spill.set(this.#pair, 0, this.#sign)
    }
  }

  #grow(): void {
    this.#misses = 0
    this.#updates = 0
    if (this.#size < LARGEST_WINDOW) this.#rebuild(this.unit, this.#size * WINDOW_GROWTH)
  }

  /** Lays the side out anew with another unit or window size. */
  #rebuild(unit: number, size: number): void {
    const best = this.#best < 0 ? this.#low + this.#home() * this.unit : this.#low + this.#best * this.unit
    this.#evict(0, this.#size)
    this.unit = unit
    this.#inverse = 1 / unit
    if (size !== this.#size) {
      this.#size = size
      this.#quantities = new Float64Array(size)
      this.#bits = new Int32Array(size >> 5)
      this.#doubts = new Int32Array(size >> 5)
    }
    this.#best = -1
    this.#center(best)
    this.#readmit()
  }

  #doubt(rank: number): void {
    const offset = (rank - this.#low) / this.unit
    if (!(offset >= 0 && offset < this.#size)) {
      this.#spill.doubt(rank)
      return
    }
    const slot = (offset + this.#shift) & (this.#size - 1)
    if (isSet(this.#doubts, slot)) return
    setBit(this.#doubts, slot)
    this.#doubtful++
  }

  #confirm(slot: number): void {
    if (!isSet(this.#doubts, slot)) return
    clearBit(this.#doubts, slot)
    this.#doubtful--
  }
}
