/**
 * Fills that come in slices, as the operator orders them: a bot has to cope with several partial fills of one order.
 *
 * In: how many slices the next matches of an account are cut into; then each match. Out: the lots of its next fill. Owns:
 * what was ordered by account, and where the present match stands. A match is what a taker and a maker fill each other with;
 * cut, it becomes fills of the same price with trade ids of their own, one after the other, and nobody else comes between.
 * Of two accounts' orders the one with more slices holds, and both have counted the match.
 */
import type { StateReader, StateWriter } from '../../core/tape/state.ts'
import type { OrderStore } from './order-store.ts'

/** Most slices of a match. */
export const MOST_SLICES = 1000

/** What an account ordered. */
interface Cut {
  readonly slices: number
  matches: number
}

const SECTION = 'fill-slices'
const VERSION = 1

export class FillSlices {
  /** Whether there is anything to cut at all. */
  active = false
  readonly #orders: OrderStore
  readonly #cuts = new Map<number, Cut>()
  /** The present match: its maker's and taker's slot, and the lots of a slice; -1 between matches. */
  #taker = -1
  #maker = -1
  #lots = 0

  constructor(orders: OrderStore) {
    this.#orders = orders
  }

  /** Cuts the account's next matches into so many slices each; 1 takes the order back. False where that cannot be. */
  order(account: number, slices: number, matches: number): boolean {
    if (!Number.isInteger(slices) || slices < 1 || slices > MOST_SLICES) return false
    if (!Number.isSafeInteger(matches) || matches < 1) return false
    if (slices === 1) this.#cuts.delete(account)
    else this.#cuts.set(account, { slices, matches })
    this.#look()
    return true
  }

  /** Lots of the next fill of two orders that could fill each other with `lots`. */
  next(taker: number, maker: number, lots: number): number {
    if (this.#taker !== taker || this.#maker !== maker) {
      this.#taker = taker
      this.#maker = maker
      const { account } = this.#orders
      const slices = Math.max(this.#count(account[taker] as number), this.#count(account[maker] as number))
      this.#lots = Math.ceil(lots / slices)
    }
    if (lots > this.#lots) return this.#lots
    this.forget()
    return lots
  }

  /** The present match is over, whatever is left of it. */
  forget(): void {
    this.#taker = -1
    this.#maker = -1
    this.#look()
  }

  /** Writes what was ordered; no match is under way. */
  save(writer: StateWriter): void {
    writer.begin(SECTION, VERSION)
    writer.u32(this.#cuts.size)
    for (const [account, { slices, matches }] of this.#cuts) {
      writer.u32(account)
      writer.u32(slices)
      writer.f64(matches)
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin(SECTION, VERSION)
    this.#cuts.clear()
    for (let count = reader.u32(); count > 0; count--)
      this.#cuts.set(reader.u32(), { slices: reader.u32(), matches: reader.f64() })
    reader.end()
    this.forget()
  }

  /** Counts a match of an account and returns its slices. */
  #count(account: number): number {
    const cut = this.#cuts.get(account)
    if (cut === undefined) return 1
    if (--cut.matches === 0) this.#cuts.delete(account)
    return cut.slices
  }

  #look(): void {
    this.active = this.#cuts.size > 0 || this.#taker !== -1
  }
}
