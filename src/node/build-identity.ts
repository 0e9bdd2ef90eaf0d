/** The identity of the code that is running, for the first row of every run. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folders whose code decides what a run does. */
const DECIDING = ['core', 'exchange/history', 'lab']

export interface Identity {
  readonly version: string
  /** SHA-256 over names and contents of the deciding sources. */
  readonly sources: string
  /** SHA-256 of the lockfile, or of package.json where a published package has none. */
  readonly lockfile: string
  /** `node-26.10.0 v8-14.2.1 linux-x64` */
  readonly runtime: string
}

/** Reads the identity of the checkout or package that this file belongs to. */
export function buildIdentity(): Identity {
  const code = dirname(dirname(fileURLToPath(import.meta.url)))
  const root = dirname(code)
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  const lock = join(root, 'package-lock.json')
  return {
    version: manifest.version,
    sources: hashFolders(code, DECIDING),
    lockfile: sha256(readFileSync(existsSync(lock) ? lock : join(root, 'package.json'))),
    runtime: `node-${process.versions.node} v8-${process.versions.v8} ${process.platform}-${process.arch}`,
  }
}

function hashFolders(code: string, folders: readonly string[]): string {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const file of sourcesOf(join(code, folder))) {
      hash.update(`${relative(code, file).split(sep).join('/')}\n`)
      hash.update(readFileSync(file))
    }
  return hash.digest('hex')
}

/** Source files below a folder, tests and declarations left out, in one order on every machine. */
function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && /\.(ts|js)$/.test(entry.name) && !/\.(test|d)\.ts$|\.prop\.test\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
