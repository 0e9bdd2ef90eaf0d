/**
 * The folder in which a running exchange keeps its state, so that killing it loses nothing that it acknowledged.
 *
 * In: snapshots as bytes, lines of the journal, and the time up to which the market may have run. Out: what a start needs:
 * the newest whole snapshot, the lines since, that time. Owns: the folder, of which one process at a time may make use. A
 * line is in the hands of the operating system before `append` returns: it survives the end of the process at any point;
 * `sync` makes it survive a power failure too, at about a tenth of a millisecond a line. Files: `exchange.json` (what was
 * started), `snapshot-N` and `journal-N` (the lines after it), `clock`. Snapshots replace each other by renaming. Refuses: a
 * folder of another exchange, and one that is in use. Fails: a torn last line is cut and reported; damage elsewhere is a
 * BoxStateError that names file and line, because what follows it cannot be trusted.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs'
import { renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { hashBytes } from '../core/tape/state.ts'

/** What is wrong with a state folder, and what to do. */
export class BoxStateError extends Error {
  override readonly name = 'BoxStateError'
}

/** What a start finds. */
export interface FoundBoxState {
  /** Undefined: nothing was saved yet, all lines count from the beginning. */
  readonly snapshot: Uint8Array | undefined
  readonly lines: readonly string[]
  /** Microseconds; 0 where the market never ran. */
  readonly reached: number
  /** What was left out, for the operator; empty where all was whole. */
  readonly remarks: readonly string[]
}

const IDENTITY = 'exchange.json'
const CLOCK = 'clock'
const LOCK = 'in-use'
const SNAPSHOT = /^snapshot-(\d{8})$/
const JOURNAL = /^journal-(\d{8})$/
/** Hexadecimal digits of a snapshot's hash, in front of its bytes. */
const HASH_LENGTH = 32

export class BoxStateFolder {
  readonly folder: string
  readonly #sync: boolean
  readonly #reached: Float64Array = new Float64Array(1)
  readonly #reachedBytes: Uint8Array = new Uint8Array(this.#reached.buffer)
  #number = 0
  #journal = -1
  #clock = -1

  /** `sync`: lines survive a power failure too. */
  constructor(folder: string, sync: boolean) {
    this.folder = folder
    this.#sync = sync
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#lock()
  }

  /** What the exchange in this folder was started as; undefined in an empty folder. */
  identity(): string | undefined {
    return this.#names().includes(IDENTITY) ? readFileSync(this.#path(IDENTITY), 'utf8') : undefined
  }

  /** Says once, in an empty folder, what runs here. */
  identify(identity: string): void {
    this.#replace(IDENTITY, identity)
  }

  /** Reads what is there and makes the journal ready to be written on. Call it once. */
  recover(): FoundBoxState {
    const names = this.#names()
    const remarks: string[] = []
    const snapshot = this.#newestSnapshot(names, remarks)
    const lines: string[] = []
    const numbers = numbersOf(names, JOURNAL).filter((number) => number >= this.#number)
    for (const number of numbers) this.#readJournal(number, number === numbers.at(-1), lines, remarks)
    this.#number = numbers.at(-1) ?? this.#number
    this.#journal = openSync(this.#path(fileName('journal', this.#number)), 'a', 0o600)
    this.#clock = openSync(this.#path(CLOCK), names.includes(CLOCK) ? 'r+' : 'w+', 0o600)
    const clock = readFileSync(this.#path(CLOCK))
    if (clock.length === this.#reachedBytes.length) this.#reachedBytes.set(clock)
    return { snapshot, lines, reached: this.#reached[0] as number, remarks }
  }

  /** Throws, and leaves the journal as it was, where the line does not fit on the disk. */
  append(line: string): void {
    const bytes = Buffer.from(framed(line))
    const written = writeSync(this.#journal, bytes)
    if (written < bytes.length) {
      ftruncateSync(this.#journal, fstatSync(this.#journal).size - written)
      throw new BoxStateError(
        `${this.folder} is full: free some space; nothing was executed that is not in the journal`,
      )
    }
    if (this.#sync) fdatasyncSync(this.#journal)
  }

  reach(time: number): void {
    this.#reached[0] = time
    writeSync(this.#clock, this.#reachedBytes, 0, this.#reachedBytes.length, 0)
  }

  /** Keeps a snapshot of everything up to now; the journal begins anew behind it. */
  snapshot(bytes: Uint8Array): void {
    const number = this.#number + 1
    const name = fileName('snapshot', number)
    const temporary = `${this.#path(name)}.new`
    const file = openSync(temporary, 'w', 0o600)
    try {
      writeAll(file, Buffer.from(hashBytes(bytes)))
      writeAll(file, bytes)
      fdatasyncSync(file)
    } finally {
      closeSync(file)
    }
    const journal = openSync(this.#path(fileName('journal', number)), 'w', 0o600)
    renameSync(temporary, this.#path(name))
    closeSync(this.#journal)
    this.#journal = journal
    this.#number = number
    this.#forget(number)
  }

  close(): void {
    if (this.#journal !== -1) closeSync(this.#journal)
    if (this.#clock !== -1) closeSync(this.#clock)
    this.#journal = -1
    this.#clock = -1
    rmSync(this.#path(LOCK), { force: true })
  }

  /** The newest snapshot whose bytes are whole; damaged ones are reported and passed over. */
  #newestSnapshot(names: readonly string[], remarks: string[]): Uint8Array | undefined {
    for (const number of numbersOf(names, SNAPSHOT).reverse()) {
      const name = fileName('snapshot', number)
      const content = new Uint8Array(readFileSync(this.#path(name)))
      const bytes = content.subarray(HASH_LENGTH)
      this.#number = number
      if (Buffer.from(content.subarray(0, HASH_LENGTH)).toString('latin1') === hashBytes(bytes)) return bytes.slice()
      if (!names.includes(fileName('journal', number - 1)))
        throw new BoxStateError(
          `${this.#path(name)} is damaged and what it was made of is gone; start in an empty folder`,
        )
      remarks.push(`${name} is damaged: the journal before it is played instead`)
    }
    this.#number = 0
    return undefined
  }

  #readJournal(number: number, last: boolean, lines: string[], remarks: string[]): void {
    const path = this.#path(fileName('journal', number))
    const text = readFileSync(path, 'utf8')
    const rows = text.split('\n')
    const torn = rows.pop() ?? ''
    rows.forEach((row, at) => {
      const line = unframed(row)
      if (line === undefined)
        throw new BoxStateError(
          `${path}:${at + 1} is damaged; restore the folder from a copy, or start in an empty one`,
        )
      lines.push(line)
    })
    if (torn === '') return
    if (!last) throw new BoxStateError(`${path} ends inside a line although another journal follows it`)
    remarks.push(`${fileName('journal', number)}: a last line that was never acknowledged is cut off`)
    const file = openSync(path, 'r+')
    ftruncateSync(file, Buffer.byteLength(text) - Buffer.byteLength(torn))
    closeSync(file)
  }

  /** One snapshot before the newest, with its journal, stays in case the newest cannot be read. */
  #forget(number: number): void {
    for (const name of this.#names()) {
      const match = SNAPSHOT.exec(name) ?? JOURNAL.exec(name)
      if (match !== null && Number(match[1]) < number - 1) rmSync(this.#path(name), { force: true })
    }
  }

  #replace(name: string, content: string): void {
    writeFileSync(`${this.#path(name)}.new`, content, { mode: 0o600, flush: true })
    renameSync(`${this.#path(name)}.new`, this.#path(name))
  }

  /** Refuses a folder whose process is alive. */
  #lock(): void {
    const path = this.#path(LOCK)
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(readFileSync(path, 'utf8'))
      if (holder !== process.pid && isAlive(holder))
        throw new BoxStateError(`${this.folder} is in use by process ${holder}; stop that one, or name another folder`)
      writeFileSync(path, String(process.pid))
    }
  }

  #names(): string[] {
    return readdirSync(this.folder)
  }

  #path(name: string): string {
    return join(this.folder, name)
  }
}

function fileName(kind: 'snapshot' | 'journal', number: number): string {
  return `${kind}-${String(number).padStart(8, '0')}`
}

/** Numbers of the files of a kind, ascending. */
function numbersOf(names: readonly string[], kind: RegExp): number[] {
  return names
    .flatMap((name) => kind.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** A line with its checksum and end. */
function framed(line: string): string {
  return `${checksum(line)} ${line}\n`
}

function unframed(row: string): string | undefined {
  const line = row.slice(9)
  return row[8] === ' ' && row.slice(0, 8) === checksum(line) ? line : undefined
}

function checksum(line: string): string {
  return crc32(line).toString(16).padStart(8, '0')
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
