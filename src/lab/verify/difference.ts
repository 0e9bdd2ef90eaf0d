/** What a replay found to be other than recorded: the one row that a verdict names. */
import type { Instrument } from '../../core/market/instrument.ts'
import { FILL } from '../../core/tape/kinds.ts'
import { MARKET_KINDS, MONEY_KINDS, OUTPUT_KINDS, ROW_SLOTS, SEQUENCE } from '../../core/tape/layout.ts'
import { printRow } from '../../core/tape/print.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'

export interface Difference {
  /** `state` is the engine's own, `record` a row of the run's structure. */
  readonly what: 'market row' | 'input' | 'fill' | 'output' | 'state' | 'record'
  readonly how: 'changed' | 'missing' | 'extra'
  /** Sequence of the input that was changed, or whose outputs differ. */
  readonly sequence: number
  /** Given where the row could not be told from others: `sequence` is then the first of them, and this the last. */
  readonly last?: number
  /** What the files say. */
  readonly recorded: string
  /** What a replay says instead. */
  readonly replayed: string
}

/** Stands where one side has no row. */
const NOTHING = 'nothing'

/** A row of a money lane that is not as a replay has it; one of the two may be absent. */
export function rowDifference(
  recorded: { readonly buffer: RowBuffer; readonly row: number } | undefined,
  replayed: { readonly buffer: RowBuffer; readonly row: number } | undefined,
  instruments: readonly Instrument[],
): Difference {
  const shown = recorded ?? replayed
  const kind = shown === undefined ? 0 : (shown.buffer.u8[shown.row * 64] as number)
  return {
    what: nounOf(kind),
    how: recorded === undefined ? 'missing' : replayed === undefined ? 'extra' : 'changed',
    // SEQUENCE of inputs, CAUSE of outputs and the last sequence before a row of structure are one slot.
    sequence: shown === undefined ? 0 : (shown.buffer.f64[shown.row * ROW_SLOTS + SEQUENCE] as number),
    recorded: recorded === undefined ? NOTHING : printRow(recorded.buffer, recorded.row, instruments),
    replayed: replayed === undefined ? NOTHING : printRow(replayed.buffer, replayed.row, instruments),
  }
}

function nounOf(kind: number): Difference['what'] {
  if (kind === FILL.kind) return 'fill'
  if (kind > 0 && kind <= MARKET_KINDS.last) return 'market row'
  if (kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last) return 'input'
  return kind >= OUTPUT_KINDS.first && kind <= OUTPUT_KINDS.last ? 'output' : 'record'
}

/**
 * Order of the rows of a money lane, as a number to compare: a money input stands before the outputs that it caused, those
 * in the order they were written, and rows of structure behind all of them.
 */
export function placeOnLane(buffer: RowBuffer, row: number): number {
  const kind = buffer.u8[row * 64] as number
  const sequence = buffer.f64[row * ROW_SLOTS + SEQUENCE] as number
  if (kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last) return sequence
  if (kind >= OUTPUT_KINDS.first && kind <= OUTPUT_KINDS.last)
    return sequence + (1 + (buffer.u16[row * 32 + 2] as number)) / 131_072
  return sequence + 0.75
}
