/** Testing: recordings imported into memory. Never published. */
import type { Instrument } from '../core/market/instrument.ts'
import { ROW_BYTES } from '../core/tape/layout.ts'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { openInputs } from '../node/input-files.ts'
import { importFiles } from '../store/import/import.ts'
import type { BinanceVenue } from '../venues/binance/decoder.ts'

export interface RecordedTape {
  readonly instruments: readonly Instrument[]
  readonly buffers: readonly RowBuffer[]
}

/** The rows that an import of these files makes. */
export async function importRecording(paths: readonly string[], venue: BinanceVenue): Promise<RecordedTape> {
  const buffers: RowBuffer[] = []
  let instruments: readonly Instrument[] = []
  await importFiles(
    (await openInputs(paths)).map((file) => ({ file })),
    async (table) => {
      instruments = table
      return {
        async append(buffer: RowBuffer) {
          const copy = new RowBuffer(buffer.length)
          copy.u8.set(buffer.u8.subarray(0, buffer.length * ROW_BYTES))
          copy.length = buffer.length
          buffers.push(copy)
        },
        seal: async () => ({ rows: 0, hash: '' }),
      }
    },
    { venue },
  )
  return { instruments, buffers }
}
