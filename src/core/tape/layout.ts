/**
 * The shape of a tape row, shared by every writer and reader.
 *
 * A row is 64 bytes: eight slots of eight bytes, little-endian. Slots 0-3 are the same in every kind, slots 4-7 are the
 * kind's payload; a longer payload goes on in raw rows that follow the head and have no head of their own.
 * docs/tape-format.md is the written form of this file and of `kinds.ts`.
 */

/** Bytes of one row. */
export const ROW_BYTES = 64
/** 8-byte slots of one row. */
export const ROW_SLOTS = 8
/** 4-byte words of one row. */
export const ROW_WORDS = 16

/** Byte offsets inside slot 0, read and written through integer views only (a head may be a NaN pattern). */
export const HEAD = {
  kind: 0,
  flags: 1,
  /** Count of raw rows that follow (u16). */
  continuation: 2,
  /** Market and money inputs: the source's number. Outputs: `n`, the output's place among those of its cause (u16). */
  source: 4,
  /** Index into the segment's instrument table (u16); `NO_INSTRUMENT` when the row has none. */
  instrument: 6,
} as const

/** Slot 1: append time, microseconds since 1970, clamped to never run backwards: the engine's time. */
export const APPEND_TIME = 1
/** Slot 2: the venue's own time, microseconds since 1970; 0 if it sent none. */
export const VENUE_TIME = 2
/** Slot 3 of a market row: the venue's version of the datum (update id, trade id); 0 if it has none. */
export const VERSION = 3
/** Slot 3 of a money input row: its place in the one sequence of inputs. */
export const SEQUENCE = 3
/** Slot 3 of an output row: the sequence of the input row that caused it. */
export const CAUSE = 3

export const NO_INSTRUMENT = 0xffff
/** Most raw rows that one head can own. */
export const MAX_CONTINUATION = 0xffff
/** Largest integer a slot holds exactly (2^53 - 1). */
export const SLOT_MAX: number = Number.MAX_SAFE_INTEGER

/** Funding rates and other ratios are integer counts of 10^-12. */
export const RATE_DECIMALS = 12
/** Ledger amounts are 128-bit integer counts of 10^-18 of their asset. */
export const AMOUNT_DECIMALS = 18

/** First and last kind number of each class of rows. */
export const MARKET_KINDS = { first: 1, last: 63 } as const
export const MONEY_KINDS = { first: 64, last: 127 } as const
export const OUTPUT_KINDS = { first: 128, last: 191 } as const
export const STRUCTURE_KINDS = { first: 192, last: 255 } as const

/** Which class of rows, and so which lane, a kind belongs to. */
export type KindClass = 'market' | 'money' | 'output' | 'structure'

/** The class of a kind number. Throws RangeError for 0, which no row may have. */
export function classOfKind(kind: number): KindClass {
  if (kind >= STRUCTURE_KINDS.first) return 'structure'
  if (kind >= OUTPUT_KINDS.first) return 'output'
  if (kind >= MONEY_KINDS.first) return 'money'
  if (kind >= MARKET_KINDS.first) return 'market'
  throw new RangeError('kind 0 marks unused space; a row with it is damage')
}
