/** Testing: tapes on the disk, in a folder that goes away with the test. Never published. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import type { TapeSource } from '../core/tape/source.ts'
import type { TapeOptions } from '../node/tape-writer.ts'
import { sampleInstruments } from './sample-records.ts'

/** A folder for one test. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapewright-tape-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const marketTape: TapeOptions = {
  lane: 'market',
  instruments: sampleInstruments,
  origin: { build: 'test', createdAt: 1_723_075_200_000_000 },
}

export const moneyTape: TapeOptions = { ...marketTape, lane: 'money' }

/** All rows of a source as one run of bytes; closes the source. */
export async function allRows(source: TapeSource): Promise<Buffer> {
  const pieces: Buffer[] = []
  try {
    for (let rows = await source.next(); rows !== undefined; rows = await source.next()) {
      pieces.push(Buffer.from(rows.u8.subarray(0, rows.length * 64)))
      source.release(rows)
    }
  } finally {
    await source.close()
  }
  return Buffer.concat(pieces)
}

/** The used bytes of a buffer. */
export function bytesOf(rows: RowBuffer): Buffer {
  return Buffer.from(rows.u8.subarray(0, rows.length * 64))
}

/** `count` single-row records of kind 3 with rising times, the first at `from`. */
export function plainRows(count: number, from = 0): RowBuffer {
  const rows = new RowBuffer(Math.max(1, count))
  for (let i = 0; i < count; i++) {
    const row = rows.append(3, 0, 1, (from + i) % 2, 0)
    rows.f64[row * 8 + 1] = 1_700_000_000_000_000 + (from + i) * 1_000
    rows.f64[row * 8 + 4] = 100_000 + ((from + i) % 977)
    rows.f64[row * 8 + 5] = (from + i) * 3
  }
  return rows
}
