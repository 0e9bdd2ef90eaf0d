/**
 * Recorded files from the local disk: plain, gzip and zip, told apart by their first bytes.
 *
 * In: paths. Out: one InputFile per file, and one per member of a zip archive; content is unpacked piece by piece.
 * Fails: InputError that says what is wrong with the file and where; what was unpacked before is given first.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { constants, createGunzip, type Gunzip } from 'node:zlib'
import { InputError, type InputFile } from '../live/input-files.ts'
import { zipMembers } from './zip-files.ts'

const READ_BYTES = 1 << 16
/** Damage costs at most what one piece of this size unpacks to. */
const CAREFUL_BYTES = 1 << 9
const GZIP_MAGIC = 0x8b1f
const ZIP_MAGIC = 0x4b50

/** The files at `paths`, in order; archives are listed, nothing else is read. Throws InputError for what is not there. */
export async function openInputs(paths: readonly string[]): Promise<readonly InputFile[]> {
  const files: InputFile[] = []
  for (const path of paths) {
    switch (await magicOf(path)) {
      case ZIP_MAGIC:
        files.push(...(await zipMembers(path)))
        break
      case GZIP_MAGIC:
        files.push({ name: path, read: () => unpacked(path) })
        break
      default:
        files.push({ name: path, read: () => plain(path) })
    }
  }
  return files
}

/** The first two bytes of a file as a number; 0 when it has fewer. */
async function magicOf(path: string): Promise<number> {
  try {
    const file = await open(path, 'r')
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
      return bytesRead < 2 ? 0 : buffer.readUInt16LE()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw inputError(path, error)
  }
}

async function* plain(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>
  } catch (error) {
    throw inputError(path, error)
  }
}

async function* unpacked(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  let given = 0
  try {
    for await (const piece of gunzip(path, READ_BYTES, constants.Z_FINISH)) {
      given += piece.length
      yield piece
    }
  } catch (error) {
    // A stream that fails may drop what it had unpacked before. It is unpacked once more, in small pieces and without
    // insisting on a proper end, for the part that is still owed.
    yield* rest(path, given)
    throw damage(path, error)
  }
}

/** What can be unpacked behind the first `given` bytes. */
async function* rest(path: string, given: number): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0
  try {
    for await (const piece of gunzip(path, CAREFUL_BYTES, constants.Z_SYNC_FLUSH)) {
      const owed = piece.subarray(Math.max(0, given - at))
      at += piece.length
      if (owed.length > 0) yield owed
    }
  } catch {
    // The damage is told by the caller, who met it first.
  }
}

function gunzip(path: string, pieceBytes: number, finishFlush: number): AsyncIterable<Buffer> {
  const stream: Gunzip = createGunzip({ chunkSize: READ_BYTES, finishFlush })
  const source = createReadStream(path, { highWaterMark: pieceBytes })
  source.on('error', (error) => stream.destroy(error))
  stream.on('close', () => source.destroy())
  source.pipe(stream)
  return stream
}

function damage(path: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'Z_BUF_ERROR') {
    return new InputError('the gzip data ends before its end: the file was cut short; copy or record it again')
  }
  if (code.startsWith('Z_')) {
    return new InputError(`the gzip data is damaged (${(error as Error).message}): restore the file from a copy`)
  }
  return inputError(path, error)
}

/** What the disk refused, as a sentence about the file. */
export function inputError(path: string, error: unknown): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  switch (code) {
    case 'ENOENT':
      return new InputError(`there is no file ${path}`)
    case 'EISDIR':
      return new InputError(`${path} is a folder: name its files`)
    case 'EACCES':
      return new InputError(`${path} may not be read: change its permissions`)
    default:
      return new InputError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
