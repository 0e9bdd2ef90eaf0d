/**
 * The local disk as a FilePort. In: a folder that everything stays below. Out: files, or a FileError that names the file
 * and what to do. Replacing is by a temporary file and a rename, each made durable, so that a crash leaves old or new.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { FileError, type FileAppender, type FileEntry, type FilePort } from '../live/ports.ts'

/** Bytes read at a time for a checksum. */
const READ_BYTES = 1 << 20

/** A FilePort below `root`, which is made when something is first written. */
export function nodeFiles(root: string): FilePort {
  const base = resolve(root)

  function full(path: string): string {
    const target = resolve(base, path)
    if (target !== base && !target.startsWith(base + sep)) throw new FileError(path, `${path} leaves ${base}`)
    return target
  }

  async function guarded<T>(path: string, work: (target: string) => Promise<T>): Promise<T> {
    const target = full(path)
    try {
      return await work(target)
    } catch (error) {
      throw fileError(path, target, error)
    }
  }

  async function absentIsUndefined<T>(path: string, work: (target: string) => Promise<T>): Promise<T | undefined> {
    return guarded(path, async (target) => {
      try {
        return await work(target)
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    })
  }

  return {
    async list(folder) {
      const entries = await absentIsUndefined(folder, (target) =>
        readdir(target, { recursive: true, withFileTypes: true }),
      )
      const files: FileEntry[] = []
      for (const entry of entries ?? []) {
        if (!entry.isFile()) continue
        const path = join(entry.parentPath, entry.name)
          .slice(base.length + 1)
          .replaceAll(sep, '/')
        const bytes = await absentIsUndefined(path, sizeOfFile)
        if (bytes !== undefined) files.push({ path, bytes })
      }
      return files.sort((a, b) => (a.path < b.path ? -1 : 1))
    },
    size: (path) => absentIsUndefined(path, sizeOfFile),
    read: (path) => absentIsUndefined(path, async (target) => new Uint8Array(await readFile(target))),
    sha256: (path) => absentIsUndefined(path, sha256OfFile),
    write: (path, content) =>
      guarded(path, async (target) => {
        await mkdir(dirname(target), { recursive: true })
        const temporary = `${target}.new`
        const file = await open(temporary, 'w')
        try {
          await file.writeFile(content)
          await file.datasync()
        } finally {
          await file.close()
        }
        await moveDurably(temporary, target)
      }),
    append: (path, offset) => guarded(path, (target) => openAppender(path, target, offset)),
    rename: (from, to) =>
      guarded(to, async (target) => {
        await mkdir(dirname(target), { recursive: true })
        await moveDurably(full(from), target)
      }),
    remove: (path) => guarded(path, (target) => rm(target, { force: true })),
  }
}

async function openAppender(path: string, target: string, offset: number): Promise<FileAppender> {
  await mkdir(dirname(target), { recursive: true })
  const file = await open(target, 'a')
  try {
    await file.truncate(offset)
  } catch (error) {
    await file.close()
    throw error
  }
  return {
    async write(piece) {
      try {
        await file.writeFile(piece)
      } catch (error) {
        throw fileError(path, target, error)
      }
    },
    async close() {
      try {
        await file.datasync()
      } catch (error) {
        throw fileError(path, target, error)
      } finally {
        await file.close()
      }
    },
  }
}

async function sizeOfFile(target: string): Promise<number> {
  return (await stat(target)).size
}

async function sha256OfFile(target: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(target, { highWaterMark: READ_BYTES })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** A rename survives a crash only once the folder is on the disk; Windows cannot open folders and needs no such call. */
async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  if (process.platform === 'win32') return
  const folder = await open(dirname(to), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

const REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['ENOSPC', 'the disk is full: free space or choose another folder'],
  ['EDQUOT', 'the disk quota is used up: free space or choose another folder'],
  ['EACCES', 'no permission: make it writable for this user or choose another folder'],
  ['EPERM', 'no permission: make it writable for this user or choose another folder'],
  ['EROFS', 'the file system is read-only: choose another folder'],
  ['EEXIST', 'a part of the path is a file: remove it or choose another folder'],
  ['ENOTDIR', 'a part of the path is a file: remove it or choose another folder'],
  ['EISDIR', 'a folder stands where a file belongs: remove it or choose another folder'],
  ['EMFILE', 'too many open files: raise the limit (ulimit -n) or use fewer at a time'],
])

function fileError(path: string, target: string, error: unknown): FileError {
  if (error instanceof FileError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const reason = REMEDIES.get(code) ?? (error instanceof Error ? error.message : String(error))
  return new FileError(path, `${target}: ${reason}`)
}
