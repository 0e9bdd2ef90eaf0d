/** How rows reach a reader: whole buffers, one after the other, so that nothing waits per row. */
import type { Instrument } from '../market/instrument.ts'
import type { RowBuffer } from './row-buffer.ts'

/**
 * A tape as its reader sees it. Buffers hold whole records (a head and its raw rows are never split); instrument indexes in
 * the rows mean `instruments`, the table of the tape, which is complete before the first buffer.
 */
export interface TapeSource {
  readonly instruments: readonly Instrument[]
  /** Content hash of the tape (hexadecimal SHA-256 chain head); empty for rows that were never stored. */
  readonly hash: string
  /**
   * The next buffer, or undefined at the end. A buffer stays valid until `release` is called with it.
   * Throws TapeError on damage, naming file, block and byte offset.
   */
  next(): Promise<RowBuffer | undefined>
  /** Gives a buffer back for reuse. */
  release(buffer: RowBuffer): void
  close(): Promise<void>
}

/** Where rows of one lane go to be kept. */
export interface TapeSink {
  /** Appends all records of `rows`; resolves when they are in the file's buffers, not yet durable. */
  append(rows: RowBuffer): Promise<void>
  /** Seals the last block and writes the closing header; returns the chain head. */
  seal(): Promise<{ readonly rows: number; readonly hash: string }>
}
