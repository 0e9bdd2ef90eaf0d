/**
 * Import: recorded data of one venue in, one tape out.
 *
 * In: files (raw recordings, frames, REST answers, candle, funding and public-data tables, plain or packed), and a sink for
 * rows. Out: rows in order of append time, each file's clock kept from running backwards, and a summary with every rejection
 * located. Owns nothing but buffers: memory does not grow with the files. Refuses lines, never files that have usable ones.
 * Fails with what the sink throws. The files are read twice: first for instruments and times, then for rows.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import type { TapeSink } from '../../core/tape/source.ts'
import type { BinanceVenue } from '../../venues/binance/decoder.ts'
import { fileRows } from './file-rows.ts'
import { GapWatch } from './gap-watch.ts'
import { type Rejection, Rejections } from './rejections.ts'
import { type InstrumentSummary, TapeSummary } from './summary.ts'
import { type FilePlan, type ImportFile, Survey } from './survey.ts'
import { mergeByTime } from './time-merge.ts'

export interface ImportOptions {
  readonly venue: BinanceVenue
  /** What the files are about, where neither names nor lines say. */
  readonly symbol?: string
  /** Rules from exchange information; inferred from the data when not given. Others than those that occur are left out. */
  readonly instruments?: readonly Instrument[]
  /** Told now and then how far it is. */
  readonly progress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  readonly stage: 'survey' | 'rows'
  /** Files surveyed so far, of all. */
  readonly files: number
  readonly filesTotal: number
  /** Rows written so far. */
  readonly rows: number
}

export interface ImportResult {
  /** Rows of the tape, raw rows included. */
  readonly rows: number
  /** Content hash of the tape. */
  readonly hash: string
  /** As they were met; the last of each kind says how many more there were. */
  readonly rejected: readonly Rejection[]
  readonly instruments: readonly InstrumentSummary[]
}

/** Makes the tape's sink once the instruments are known. */
export type OpenSink = (instruments: readonly Instrument[]) => Promise<TapeSink>

/** Imports `files` into the tape that `openSink` makes. Files may overlap in time and be of different kinds. */
export async function importFiles(
  files: readonly ImportFile[],
  openSink: OpenSink,
  options: ImportOptions,
): Promise<ImportResult> {
  const { plans, instruments } = await survey(files, options)
  const rejections = new Rejections()
  const gaps = new GapWatch(options.venue, instruments)
  const summary = new TapeSummary(instruments)
  const offBook = (rows: RowBuffer, row: number): void => summary.takeOffBook(rows, row)
  const sources = plans.map((plan) => ({
    firstTime: plan.firstTime,
    open: () => fileRows(plan, { venue: options.venue, instruments, gaps, rejections, offBook }),
  }))
  const sink = await openSink(instruments)
  for await (const rows of mergeByTime(sources)) {
    await sink.append(rows)
    summary.take(rows)
    options.progress?.({ stage: 'rows', files: files.length, filesTotal: files.length, rows: summary.rows })
  }
  const { rows, hash } = await sink.seal()
  return { rows, hash, rejected: rejections.list(), instruments: summary.instruments() }
}

/** Reads every file once for what it is about. */
async function survey(
  files: readonly ImportFile[],
  options: ImportOptions,
): Promise<{ readonly plans: readonly FilePlan[]; readonly instruments: readonly Instrument[] }> {
  const reader = new Survey({ venue: options.venue, instruments: options.instruments, symbol: options.symbol })
  const plans: FilePlan[] = []
  for (const file of files) {
    plans.push(await reader.take(file))
    options.progress?.({ stage: 'survey', files: plans.length, filesTotal: files.length, rows: 0 })
  }
  return { plans, instruments: reader.instruments() }
}
