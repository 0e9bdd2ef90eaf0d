/** Checksums, hashes and compression for tape files, from Node's own libraries. Compression runs in Node's thread pool. */
import { hash } from 'node:crypto'
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib'
import type { Checks } from '../core/tape/segment.ts'

export const nodeChecks: Checks = {
  crc32: (bytes) => crc32(bytes),
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
}

/** Level 1: higher levels cost several times more time for a tenth of the space. */
const LEVEL = { [constants.ZSTD_c_compressionLevel]: 1 }
/** Less than a full output buffer tells zlib that it is done; without it, it asks for another one. */
export const INFLATE_SLACK_BYTES = 64

/** Compresses a block; the same bytes in, the same bytes out for one version of the library. */
export function compressBlock(bytes: Uint8Array): Promise<Uint8Array> {
  // One buffer as large as the input: by default zlib would collect the output in pieces of 16 KiB.
  const options = {
    params: LEVEL,
    chunkSize: Math.max(INFLATE_SLACK_BYTES, bytes.length),
    pledgedSrcSize: bytes.length,
  }
  return new Promise((resolve, reject) => {
    zstdCompress(bytes, options, (error, output) => (error ? reject(error) : resolve(output)))
  })
}

/** Inflates a block that held `rawBytes` bytes; the answer is usually alone in its memory. */
export function inflateBlock(bytes: Uint8Array, rawBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zstdDecompress(bytes, { chunkSize: rawBytes + INFLATE_SLACK_BYTES }, (error, output) =>
      error ? reject(error) : resolve(output),
    )
  })
}
