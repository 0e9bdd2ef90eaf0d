/** Members of zip archives as InputFiles: listed first, unpacked piece by piece when read, size and checksum verified. */
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { InputError, type InputFile } from '../live/input-files.ts'

/** The files in the archive at `path`, in its order. Throws InputError when it is no whole archive. */
export async function zipMembers(path: string): Promise<readonly InputFile[]> {
  const files: InputFile[] = []
  const archive = await openArchive(path)
  try {
    for await (const { fileName } of archive.eachEntry()) {
      if (!fileName.endsWith('/')) files.push({ name: `${path}/${fileName}`, read: () => unpackMember(path, fileName) })
    }
  } catch (error) {
    throw archiveError(path, error)
  } finally {
    archive.close()
  }
  return files
}

async function* unpackMember(path: string, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = await openArchive(path)
  try {
    const entry = await findEntry(archive, name)
    if (entry === undefined) throw new InputError(`${name} is no longer in the archive`)
    let sum = 0
    for await (const piece of (await archive.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      sum = crc32(piece, sum)
      yield piece
    }
    if (sum !== entry.crc32)
      throw new InputError('its content does not have the checksum in the archive: download it again')
  } catch (error) {
    throw archiveError(path, error)
  } finally {
    archive.close()
  }
}

async function findEntry(archive: ZipFile, name: string): Promise<Entry | undefined> {
  for await (const entry of archive.eachEntry()) if (entry.fileName === name) return entry
  return undefined
}

async function openArchive(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false })
  } catch (error) {
    throw archiveError(path, error)
  }
}

function archiveError(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error
  const what = error instanceof Error ? error.message : String(error)
  return new InputError(`${path} is no whole zip archive (${what}): download it again`)
}
