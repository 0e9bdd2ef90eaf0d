/** What is wrong with a tape file: where, what, and what to do. Never thrown for rows that a reader merely does not know. */

/** A place in a tape file, as exact as it is known. */
export interface TapePlace {
  readonly file: string
  /** Number of the block in its segment, from 0. */
  readonly block?: number
  /** Byte offset in the file. */
  readonly offset?: number
}

/** A tape that cannot be read any further. The message names file, block and byte, what failed, and the remedy. */
export class TapeError extends Error {
  override readonly name: string = 'TapeError'
  readonly file: string
  readonly block: number | undefined
  readonly offset: number | undefined
  readonly problem: string
  readonly remedy: string

  constructor(place: TapePlace, problem: string, remedy: string) {
    const where = [
      place.block === undefined ? '' : `block ${place.block}`,
      place.offset === undefined ? '' : `at byte ${place.offset}`,
    ]
    const words = where.filter((word) => word !== '').join(' ')
    super(`${place.file}${words === '' ? '' : `, ${words}`}: ${problem}. ${remedy}.`)
    this.file = place.file
    this.block = place.block
    this.offset = place.offset
    this.problem = problem
    this.remedy = remedy
  }
}

/** What to do about bytes that are no longer what was written. */
export const RESTORE = 'Restore the file from a copy, or make it again from its source'
