/**
 * Several tapes read as one: their records in the order of their append times (ties: the tape named first), their
 * instrument tables joined into one.
 *
 * In: opened tapes. Out: buffers whose instrument indexes mean the joined table. Owns: the joined table; equal versions of
 * an instrument on two tapes become one entry. One tape whose table is the joined one is passed through without a copy.
 */
import type { Instrument } from '../../core/market/instrument.ts'
import { joinInstruments, remapRows } from '../../core/tape/instrument-map.ts'
import type { InstrumentMap } from '../../core/tape/instrument-map.ts'
import { APPEND_TIME, ROW_SLOTS } from '../../core/tape/layout.ts'
import { RowBuffer, recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'

/** Rows of a merged buffer: that of a tape's blocks. */
const BUFFER_ROWS = 8192

/** One tape being read. */
interface Lane {
  readonly source: TapeSource
  /** From the tape's own table to the joined one; undefined where they agree. */
  readonly map: InstrumentMap | undefined
  buffer: RowBuffer | undefined
  row: number
  /** Append time of the row at hand. */
  time: number
}

/** Joins tapes; the order of `sources` decides ties. */
export function mergeSources(sources: readonly TapeSource[]): TapeSource {
  const only = sources[0]
  return sources.length === 1 && only !== undefined ? only : new MergedSource(sources)
}

class MergedSource implements TapeSource {
  readonly instruments: readonly Instrument[]
  readonly hash: string
  readonly #lanes: Lane[]
  readonly #spare: RowBuffer[] = []
  #started = false

  constructor(sources: readonly TapeSource[]) {
    const { instruments, maps } = joinInstruments(sources.map((source) => source.instruments))
    this.instruments = instruments
    this.#lanes = sources.map((source, i) => ({ source, map: maps[i], buffer: undefined, row: 0, time: Infinity }))
    this.hash = sources.map((source) => source.hash).join('+')
  }

  async next(): Promise<RowBuffer | undefined> {
    if (!this.#started) {
      this.#started = true
      for (const lane of this.#lanes) await advanceBuffer(lane)
    }
    let out: RowBuffer | undefined
    for (let lane = this.#earliest(); lane !== undefined; lane = this.#earliest()) {
      const { buffer } = lane
      if (buffer === undefined) break
      const rows = recordRows(buffer, lane.row)
      out ??= this.#take(rows)
      if (!out.hasRoom(rows)) return out
      out.appendRecord(buffer, lane.row)
      lane.row += rows
      if (lane.row >= buffer.length) await advanceBuffer(lane)
      else lane.time = buffer.f64[lane.row * ROW_SLOTS + APPEND_TIME] as number
    }
    return out
  }

  release(buffer: RowBuffer): void {
    if (buffer.capacity === BUFFER_ROWS) this.#spare.push(buffer)
  }

  async close(): Promise<void> {
    for (const lane of this.#lanes) await lane.source.close()
  }

  #earliest(): Lane | undefined {
    let best: Lane | undefined
    for (const lane of this.#lanes)
      if (lane.buffer !== undefined && (best === undefined || lane.time < best.time)) best = lane
    return best
  }

  #take(rows: number): RowBuffer {
    const spare = rows <= BUFFER_ROWS ? this.#spare.pop() : undefined
    const buffer = spare ?? new RowBuffer(Math.max(BUFFER_ROWS, rows))
    buffer.clear()
    return buffer
  }
}

async function advanceBuffer(lane: Lane): Promise<void> {
  if (lane.buffer !== undefined) lane.source.release(lane.buffer)
  let buffer = await lane.source.next()
  while (buffer !== undefined && buffer.length === 0) buffer = await lane.source.next()
  if (buffer !== undefined && lane.map !== undefined) remapRows(buffer, lane.map)
  lane.buffer = buffer
  lane.row = 0
  lane.time = buffer === undefined ? Infinity : (buffer.f64[APPEND_TIME] as number)
}
