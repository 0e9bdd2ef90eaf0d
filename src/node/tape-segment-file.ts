/** Opens a segment file: header, and for sealed ones totals and trailer. Rows are read by tape-blocks.ts and tape-live-scan.ts. */
import { open, type FileHandle } from 'node:fs/promises'
import { hexBytes } from '../core/tape/field-values.ts'
import {
  decodeHeader,
  decodePrefix,
  decodeTotals,
  decodeTrailer,
  padded,
  PREFIX_BYTES,
  TRAILER_BYTES,
  type Origin,
  type SegmentForm,
  type SegmentHeader,
  type Totals,
} from '../core/tape/segment.ts'
import { TapeError } from '../core/tape/tape-error.ts'
import { nodeChecks } from './tape-codec.ts'

/** What a segment file says about itself. */
export interface SegmentFile {
  readonly file: string
  readonly bytes: number
  readonly form: SegmentForm
  readonly header: SegmentHeader
  readonly origin: Origin
  /** Where the first block begins. */
  readonly blocksStart: number
  /** Chain before the first block. */
  readonly chainStart: Uint8Array
  /** Of sealed segments. */
  readonly sealed: SealedPart | undefined
}

/** What the footer of a sealed segment says. */
export interface SealedPart {
  readonly totals: Totals
  readonly blocksEnd: number
  /** Chain behind the last block. */
  readonly chain: Uint8Array
  readonly hash: string
}

/** Reads what a segment file says about itself. Throws TapeError for what is no readable segment. */
export async function readSegmentFile(file: string): Promise<SegmentFile> {
  const handle = await openForReading(file)
  try {
    const bytes = (await handle.stat()).size
    const prefix = decodePrefix(await readAt(handle, 0, PREFIX_BYTES), file, nodeChecks)
    const json = await readAt(handle, PREFIX_BYTES, prefix.end - PREFIX_BYTES)
    const { header, origin, chain } = decodeHeader(prefix, json, file, nodeChecks)
    const sealed = prefix.form === 'sealed' ? await readFooter(handle, file, bytes) : undefined
    return { file, bytes, form: prefix.form, header, origin, blocksStart: prefix.end, chainStart: chain, sealed }
  } finally {
    await handle.close()
  }
}

async function readFooter(handle: FileHandle, file: string, bytes: number): Promise<SealedPart> {
  const end = await readAt(handle, Math.max(0, bytes - TRAILER_BYTES), TRAILER_BYTES)
  const trailer = decodeTrailer(end, file, bytes, nodeChecks)
  const json = await readAt(handle, trailer.blocksEnd, padded(trailer.jsonBytes))
  const totals = decodeTotals(trailer, json, file, nodeChecks)
  return { totals, blocksEnd: trailer.blocksEnd, chain: trailer.chain, hash: hexBytes(trailer.chain) }
}

/** Opens a file for reading; a missing one is a TapeError. */
export async function openForReading(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const problem = code === 'ENOENT' ? 'there is no such tape' : `it cannot be opened (${code ?? String(error)})`
    throw new TapeError({ file }, problem, 'Check the path and its permissions')
  }
}

/** Reads up to `bytes` bytes; fewer only at the end of the file. */
export async function readAt(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(bytes)
  return buffer.subarray(0, await readInto(handle, buffer, offset, bytes))
}

/** Reads up to `bytes` bytes into the start of `buffer`; returns how many there were. */
export async function readInto(handle: FileHandle, buffer: Uint8Array, offset: number, bytes: number): Promise<number> {
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await handle.read(buffer, filled, bytes - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}
