/**
 * Finds an input by its sequence and prints it: the second look, at files that were read to the end of a stretch before.
 *
 * In: a run's money lane and its market tapes, from their beginnings; a changed stretch. Out: which input was changed, as
 * far as the run's sums can tell, and what the files have in its place.
 */
import { GRID_SIDE, STRETCH_RECORDS } from '../../core/tape/digest.ts'
import { APPEND_TIME, MARKET_KINDS, MONEY_KINDS, ROW_SLOTS, SEQUENCE } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { RunConfig } from '../run/run-config.ts'
import type { RecordReader } from './record-reader.ts'

/** Places in a stretch among which the first changed input is, `last` included. */
export interface Suspects {
  readonly first: number
  readonly last: number
  /** More than one input was changed. */
  readonly several: boolean
}

/**
 * Compares the sums of a stretch. One changed input is where a differing row and a differing column cross; of several, the
 * first lies in the first differing row. Undefined when the sums are equal.
 */
export function suspectsOf(grid: Int32Array, recorded: Int32Array): Suspects | undefined {
  const rows = differing(grid, recorded, 0)
  const columns = differing(grid, recorded, GRID_SIDE)
  const several = rows.length !== 1 || columns.length !== 1
  const [row] = rows
  const [column] = columns
  if (row === undefined) return column === undefined ? undefined : { first: 0, last: STRETCH_RECORDS - 1, several }
  const start = row * GRID_SIDE
  if (column !== undefined && (rows.length === 1 || columns.length === 1))
    return { first: start + column, last: start + column, several }
  return { first: start + (column ?? 0), last: start + (columns.at(-1) ?? GRID_SIDE - 1), several }
}

function differing(grid: Int32Array, recorded: Int32Array, from: number): readonly number[] {
  return Array.from({ length: GRID_SIDE }, (_, i) => i).filter((i) => grid[from + i] !== recorded[from + i])
}

/** Whether a run takes a row of its tapes as an input. */
export function isUsedMarketRow(config: RunConfig, buffer: RowBuffer, row: number): boolean {
  const time = buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number
  return (buffer.u8[row * 64] as number) <= MARKET_KINDS.last && time >= config.from && time <= config.to
}

export function isMoneyInput(buffer: RowBuffer, row: number): boolean {
  const kind = buffer.u8[row * 64] as number
  return kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last
}

/** Goes to the input with this sequence; undefined when the files end before it. The readers stand at their beginnings. */
export async function findInput(
  config: RunConfig,
  money: RecordReader,
  market: RecordReader,
  sequence: number,
): Promise<RecordReader | undefined> {
  let before = 0
  for (; money.loaded || (await money.ready()); money.advance()) {
    if (!isMoneyInput(money.buffer, money.row)) continue
    const own = money.buffer.f64[money.row * ROW_SLOTS + SEQUENCE] as number
    if (own === sequence) return money
    if (own > sequence) break
    before++
  }
  return (await skipMarketRows(config, market, sequence - before)) ? market : undefined
}

/** Passes over `count` inputs and stops at the next; false when the tapes end first. */
export async function skipMarketRows(config: RunConfig, market: RecordReader, count: number): Promise<boolean> {
  for (let left = count; market.loaded || (await market.ready()); market.advance())
    if (isUsedMarketRow(config, market.buffer, market.row) && left-- === 0) return true
  return false
}
