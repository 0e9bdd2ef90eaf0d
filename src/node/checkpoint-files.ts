/**
 * Checkpoints of a run: the engine's states, compressed, one file each.
 * In: a run's folder, a number, a state. Out: `checkpoints/000001.state` in it. Fails: TapeError for a file that is not
 * there or damaged. Whether a state is the one that was saved is for its reader to say, by the hash on the run's tape.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompress } from 'node:zlib'
import { RESTORE, TapeError } from '../core/tape/tape-error.ts'
import { compressBlock } from './tape-codec.ts'

const FOLDER = 'checkpoints'

/** Path of a checkpoint's file in the folder of a run. */
export function checkpointFile(run: string, number: number): string {
  return join(run, FOLDER, `${String(number).padStart(6, '0')}.state`)
}

/** Keeps a state. */
export async function writeCheckpoint(run: string, number: number, state: Uint8Array): Promise<void> {
  await mkdir(join(run, FOLDER), { recursive: true })
  await writeFile(checkpointFile(run, number), await compressBlock(state))
}

/** Reads a state. Throws TapeError naming the file, and which ones there are. */
export async function readCheckpoint(run: string, number: number): Promise<Uint8Array> {
  const file = checkpointFile(run, number)
  const bytes = await readFile(file).catch(() => undefined)
  if (bytes === undefined) {
    const numbers = await checkpointNumbers(run)
    const remedy = numbers.length === 0 ? 'Verify it from its beginning' : `It has ${numbers.join(', ')}`
    throw new TapeError({ file }, 'the run has no such checkpoint', remedy)
  }
  return new Promise((resolve, reject) => {
    zstdDecompress(bytes, (error, state) => {
      if (error === null) resolve(state)
      else reject(new TapeError({ file }, 'it is damaged', RESTORE))
    })
  })
}

/** Numbers of the checkpoints that a run's folder has, rising. */
async function checkpointNumbers(run: string): Promise<readonly number[]> {
  const names = await readdir(join(run, FOLDER)).catch(() => [])
  return names.flatMap((name) => (/^\d+\.state$/.test(name) ? [parseInt(name, 10)] : [])).toSorted((a, b) => a - b)
}
