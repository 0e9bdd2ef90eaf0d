/** What an import could not use: each with file, line and reason, counted, and listed as far as a reader would go. */

export interface Rejection {
  readonly file: string
  /** Line in the unpacked file, from 1; 0 when it is about the file as a whole. */
  readonly line: number
  readonly reason: string
}

/** Rejections of one kind that are listed; the rest are counted on the last of them. */
const LISTED = 100

interface Group {
  readonly listed: number
  count: number
  /** Place of its last listed rejection. */
  last: number
}

export class Rejections {
  readonly #list: Rejection[] = []
  readonly #groups = new Map<string, Group>()
  /** All of them, listed or not. */
  total = 0

  /**
   * Adds one. `kind` tells which belong together; of a kind that repeats itself word for word (`once`), such as an unknown
   * symbol, the first is listed and the others only counted.
   */
  add(rejection: Rejection, kind: string, once = false): void {
    this.total++
    let group = this.#groups.get(kind)
    if (group === undefined) {
      group = { listed: once ? 1 : LISTED, count: 0, last: -1 }
      this.#groups.set(kind, group)
    }
    group.count++
    if (group.count > group.listed) return
    group.last = this.#list.length
    this.#list.push(rejection)
  }

  /** The list; the last of each kind says how many more there were. */
  list(): readonly Rejection[] {
    const list = [...this.#list]
    for (const { count, listed, last } of this.#groups.values()) {
      const entry = list[last]
      if (count > listed && entry !== undefined)
        list[last] = { ...entry, reason: `${entry.reason} (and ${count - listed} more)` }
    }
    return list
  }
}
