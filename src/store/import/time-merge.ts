/**
 * Rows of several files as one stream in order of append time; at the same moment the file named first goes first.
 *
 * A file is opened when the stream reaches its first row and closed at its end, so that a folder of daily files needs no
 * more memory than the files that overlap.
 */
import { APPEND_TIME, ROW_BYTES } from '../../core/tape/layout.ts'
import { recordRows, RowBuffer } from '../../core/tape/row-buffer.ts'

/** A file's rows, in order of append time, and when they begin (microseconds). */
export interface TimedRows {
  readonly firstTime: number
  /** Begins reading; called once. A buffer may be overwritten when the next is asked for. */
  open(): AsyncGenerator<RowBuffer, void, undefined>
}

const ROWS = 8192

/** A moment, and the place of the file whose turn it is then. */
interface Turn {
  readonly time: number
  readonly order: number
}

const NEVER: Turn = { time: Infinity, order: Infinity }

/** An open file: its current buffer and the record that is next. */
interface Cursor {
  readonly order: number
  readonly rows: AsyncGenerator<RowBuffer, void, undefined>
  buffer: RowBuffer
  row: number
}

/** Yields all rows in order. A buffer may be overwritten when the next is asked for. */
export async function* mergeByTime(files: readonly TimedRows[]): AsyncGenerator<RowBuffer, void, undefined> {
  const waiting = files.map((file, order) => ({ file, order, time: file.firstTime }))
  waiting.sort((a, b) => (isBefore(a, b) ? -1 : 1))
  const open: Cursor[] = []
  let merged = new RowBuffer(ROWS)
  try {
    for (;;) {
      const next = open.reduce<Cursor | undefined>(
        (first, one) => (first && !isBefore(turnOf(one), turnOf(first)) ? first : one),
        undefined,
      )
      const due = waiting[0]
      if (due !== undefined && (next === undefined || !isBefore(turnOf(next), due))) {
        waiting.shift()
        const cursor: Cursor = { order: due.order, rows: due.file.open(), buffer: merged, row: 0 }
        open.push(cursor)
        await advance(cursor, open)
        continue
      }
      if (next === undefined) break
      const limit = earliest([due ?? NEVER, ...open.filter((one) => one !== next).map(turnOf)])
      if (limit.time === Infinity && next.row === 0 && merged.length === 0) {
        yield next.buffer
        next.row = next.buffer.length
      } else if (!copyRun(next, limit, merged)) {
        if (merged.length > 0) yield merged
        else merged = new RowBuffer(recordRows(next.buffer, next.row))
        merged.clear()
      }
      if (next.row >= next.buffer.length) await advance(next, open)
    }
    if (merged.length > 0) yield merged
  } finally {
    for (const cursor of open) await cursor.rows.return()
  }
}

/** Takes the file's next buffer; a file that has ended is taken from `open`. */
async function advance(cursor: Cursor, open: Cursor[]): Promise<void> {
  const result = await cursor.rows.next()
  if (result.done === true) {
    open.splice(open.indexOf(cursor), 1)
    return
  }
  cursor.buffer = result.value
  cursor.row = 0
}

/**
 * Copies the cursor's records that come before `limit` to the end of `to`, as many as fit. False when not even the first
 * fits.
 */
function copyRun(cursor: Cursor, limit: Turn, to: RowBuffer): boolean {
  const { buffer, row: first } = cursor
  const room = to.capacity - to.length
  let row = first
  while (
    row < buffer.length &&
    isBefore({ time: buffer.f64[row * 8 + APPEND_TIME] as number, order: cursor.order }, limit)
  ) {
    const behind = row + recordRows(buffer, row)
    if (behind - first > room) break
    row = behind
  }
  if (row === first) return false
  to.u8.set(buffer.u8.subarray(first * ROW_BYTES, row * ROW_BYTES), to.length * ROW_BYTES)
  to.length += row - first
  cursor.row = row
  return true
}

function turnOf(cursor: Cursor): Turn {
  return { time: cursor.buffer.f64[cursor.row * 8 + APPEND_TIME] as number, order: cursor.order }
}

function isBefore(a: Turn, b: Turn): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}

function earliest(turns: readonly Turn[]): Turn {
  return turns.reduce((first, one) => (isBefore(one, first) ? one : first), NEVER)
}
