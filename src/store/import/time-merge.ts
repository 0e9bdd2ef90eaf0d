/**
 * Rows of several files as one stream in order of append time; at the same moment the file named first goes first.
 *
 * A file is opened when the stream reaches its first row and closed at its end, so that a folder of daily files needs no
 * more memory than the files that overlap. Open files stand in a heap, the one whose turn it is at its root.
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

/** An open file: its current buffer and the record that is next, at `time`. */
interface Cursor {
  time: number
  readonly order: number
  readonly rows: AsyncGenerator<RowBuffer, void, undefined>
  buffer: RowBuffer
  row: number
}

/** Yields all rows in order. A buffer may be overwritten when the next is asked for. */
export async function* mergeByTime(files: readonly TimedRows[]): AsyncGenerator<RowBuffer, void, undefined> {
  const waiting = files.map((file, order) => ({ file, order, time: file.firstTime }))
  waiting.sort((a, b) => (isBefore(b, a) ? -1 : 1)) // the first is at the end
  const heap: Cursor[] = []
  let merged = new RowBuffer(ROWS)
  try {
    for (;;) {
      const due = waiting.at(-1) ?? NEVER
      const next = heap[0]
      if (due !== NEVER && (next === undefined || isBefore(due, next))) {
        await openNext(waiting.pop(), heap)
        continue
      }
      if (next === undefined) break
      const limit = earliest(due, earliest(heap[1] ?? NEVER, heap[2] ?? NEVER))
      if (limit === NEVER && next.row === 0 && merged.length === 0) {
        yield next.buffer
        next.row = next.buffer.length
      } else if (!copyRun(next, limit, merged)) {
        if (merged.length > 0) yield merged
        else merged = new RowBuffer(recordRows(next.buffer, next.row))
        merged.clear()
      }
      if (next.row < next.buffer.length) next.time = timeOf(next)
      else if (!(await advance(next))) removeRoot(heap)
      sinkRoot(heap)
    }
    if (merged.length > 0) yield merged
  } finally {
    for (const cursor of heap) await cursor.rows.return()
  }
}

async function openNext(
  next: { readonly file: TimedRows; readonly order: number } | undefined,
  heap: Cursor[],
): Promise<void> {
  if (next === undefined) return
  const cursor: Cursor = { time: 0, order: next.order, rows: next.file.open(), buffer: new RowBuffer(0), row: 0 }
  if (await advance(cursor)) raise(heap, cursor)
}

/** Takes the file's next buffer; false at its end. */
async function advance(cursor: Cursor): Promise<boolean> {
  const result = await cursor.rows.next()
  if (result.done === true) return false
  cursor.buffer = result.value
  cursor.row = 0
  cursor.time = timeOf(cursor)
  return true
}

/**
 * Copies the cursor's records that come before `limit` to the end of `to`, as many as fit. False when not even the first
 * fits.
 */
function copyRun(cursor: Cursor, limit: Turn, to: RowBuffer): boolean {
  const { buffer, row: first } = cursor
  const { f64 } = buffer
  const room = to.capacity - to.length
  const ties = cursor.order < limit.order
  let row = first
  while (row < buffer.length) {
    const time = f64[row * 8 + APPEND_TIME] as number
    if (time > limit.time || (time === limit.time && !ties)) break
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

function timeOf(cursor: Cursor): number {
  return cursor.buffer.f64[cursor.row * 8 + APPEND_TIME] as number
}

function isBefore(a: Turn, b: Turn): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}

function earliest(a: Turn, b: Turn): Turn {
  return isBefore(b, a) ? b : a
}

/** Adds a cursor to the heap. */
function raise(heap: Cursor[], cursor: Cursor): void {
  let place = heap.length
  heap.push(cursor)
  while (place > 0) {
    const above = (place - 1) >> 1
    const parent = heap[above] as Cursor
    if (!isBefore(cursor, parent)) break
    heap[place] = parent
    place = above
  }
  heap[place] = cursor
}

/** Takes the root away; the last leaf stands in its place and has still to sink. */
function removeRoot(heap: Cursor[]): void {
  const last = heap.pop()
  if (last !== undefined && heap.length > 0) heap[0] = last
}

/** Lets the root, whose turn has moved, sink to its place. */
function sinkRoot(heap: Cursor[]): void {
  const cursor = heap[0]
  if (cursor === undefined) return
  let place = 0
  for (;;) {
    let below = 2 * place + 1
    if (below >= heap.length) break
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Cursor, heap[below] as Cursor)) below++
    const child = heap[below] as Cursor
    if (!isBefore(child, cursor)) break
    heap[place] = child
    place = below
  }
  heap[place] = cursor
}
