/** What one depth message changed, level by level, for readers that follow quantities (queue positions). */

/**
 * A reusable list of level changes in columns; the first `count` elements are valid until the list is filled again.
 * A message that does not fit, and one that replaces a book (a snapshot, with the diffs that waited for it), sets
 * `rebuilt` instead: what was known about levels is then void and has to be read from the book.
 */
export class LevelChanges {
  readonly capacity: number
  /** SIDE.bid or SIDE.ask. */
  readonly side: Uint8Array
  /** In price quanta. */
  readonly price: Float64Array
  /** Quantities before and after, in quantity quanta; 0 means that there was, or is, no such level. */
  readonly before: Float64Array
  readonly after: Float64Array
  count = 0
  rebuilt = false

  constructor(capacity = 4096) {
    this.capacity = capacity
    this.side = new Uint8Array(capacity)
    this.price = new Float64Array(capacity)
    this.before = new Float64Array(capacity)
    this.after = new Float64Array(capacity)
  }

  clear(): void {
    this.count = 0
    this.rebuilt = false
  }
}

/** Appends the change of the level in `from[at]` from the quantity in `before[0]` to that in `from[at + 1]`. */
export function recordChange(
  changes: LevelChanges,
  side: number,
  from: Float64Array,
  at: number,
  before: Float64Array,
): void {
  const n = changes.count
  if (n === changes.capacity) {
    changes.rebuilt = true
    return
  }
  changes.side[n] = side
  changes.price[n] = from[at] as number
  changes.before[n] = before[0] as number
  changes.after[n] = from[at + 1] as number
  changes.count = n + 1
}
