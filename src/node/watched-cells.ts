/**
 * What two threads share while one of them runs strategies: which call is at work. Doubles, so that a row's number fits;
 * the running thread writes, the watching one reads.
 */

/** Cells by index. `strategy` is -1 between calls. */
export const WATCHED = { calls: 0, strategy: 1, instrument: 2, sequence: 3, length: 4 } as const

/** Memory for both threads, before any call. */
export function makeWatchedCells(): Float64Array<SharedArrayBuffer> {
  const cells = new Float64Array(new SharedArrayBuffer(WATCHED.length * 8))
  cells[WATCHED.strategy] = -1
  return cells
}
