/**
 * What the matcher asks of the venue's money: one implementation per venue. Slots name orders in the store, whose columns
 * say everything about them; nothing else is passed but where an event begins, so that no number is boxed on the way.
 * During these calls the implementation may take resting orders out (`Matcher.expire`, `.shrink`), but neither the two
 * orders of the pair nor put any in.
 */
export interface Settlement {
  /**
   * Lots that an order with ORDER_FLAG.reduceOnly may still fill, asked before each pair for its maker and its taker. It
   * fills no more than that; at 0 it expires.
   */
  roomOf(slot: number): number
  /**
   * A pair was filled. The orders' `filled`, `remaining`, `filledValue` and `status` are already those after it. The
   * taker's fill event begins at `at` in the log's cells, the maker's at `at + FIELDS`: price, quantity and the rest are
   * there, amount, asset and realized of both are to be written. Events appended now stand between these and the trade's.
   */
  settle(taker: number, maker: number, at: number): void
  /** An order begins to rest with its `remaining` lots: from now on they are open-order lots. */
  rested(slot: number): void
  /**
   * An order ends for another reason than being filled, or is taken out to be amended, with `remaining` lots unfilled.
   * `level` is not -1 if it rested until now: those lots are open-order lots no longer.
   */
  left(slot: number): void
  /** `lots` of an order were taken from it without a fill; `remaining` is already what is left. */
  shrank(slot: number, lots: number): void
}
