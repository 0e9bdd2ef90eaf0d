/**
 * Keeps the books of a box's markets with ccxt.pro and with our own parts, and compares each with the venue's after every
 * message, over real sockets. The next beat comes when both have taken up the one before.
 */
import type { StreamBox } from './stream-box.ts'
import { CcxtBooks, differenceOf } from './ccxt-books.ts'
import { OwnBooks } from './own-books.ts'
import { BEAT_US } from './truth.ts'

export interface Compared {
  readonly beats: number
  /** Messages that the venue owed, those compared by each side, and the first difference found; empty for none. */
  readonly due: number
  readonly own: number
  readonly ccxt: number
  readonly difference: string
  readonly gapRows: number
  readonly silences: number
  readonly repeats: number
  /** Longest time between two messages of one market, microseconds. */
  readonly longestPause: number
}

/** Lets so many beats pass. `progress` is told of each. Ends at the first difference. */
export async function compareBooks(
  box: StreamBox,
  beats: number,
  progress: (beat: number) => void = () => undefined,
): Promise<Compared> {
  const own = new OwnBooks(box)
  const ccxt = new CcxtBooks(box)
  const pauses = new Float64Array(box.symbols.length)
  const counts = { beats: 0, due: 0, own: 0, ccxt: 0, longestPause: 0 }
  let difference = ''
  const note = (found: string): void => {
    if (difference === '') difference = found
  }
  try {
    await ccxt.start()
    await own.start()
    // The first beat joins both to the stream.
    box.step()
    await own.caughtUp()
    await ccxt.joined()
    own.onMessage = (market) => {
      counts.own++
      const truth = box.truth.books[market]
      if (truth !== undefined) note(own.difference(market, truth))
    }
    ccxt.onBook = (market, book) => {
      counts.ccxt++
      const truth = box.truth.books[market]
      if (truth !== undefined) note(differenceOf(book, truth))
    }
    for (; counts.beats < beats && difference === ''; counts.beats++) {
      box.step()
      await own.caughtUp()
      await ccxt.caughtUp()
      for (const [market, { changed }] of box.truth.books.entries()) {
        const pause = (pauses[market] as number) + BEAT_US
        pauses[market] = changed ? 0 : pause
        if (changed) counts.due++
        counts.longestPause = Math.max(counts.longestPause, pause)
      }
      progress(counts.beats + 1)
    }
  } finally {
    own.stop()
    await ccxt.stop()
  }
  const gapRows = own.gapRows.reduce((sum, rows) => sum + rows, 0)
  return { ...counts, difference, gapRows, silences: own.watch.silences, repeats: own.merge.repeats }
}
