/**
 * State as bytes: how every component of the engine saves itself into a checkpoint and comes back from one.
 *
 * In: integers, doubles, texts and typed columns, written in a fixed order inside named, versioned sections. Out: one run
 * of bytes that is the same for the same state, so that its hash is the hash of the state. Every value carries a tag:
 * reading another type, another section or another version than was written is one StateError that names the place.
 * Byte order is little-endian, like the tape's. A checkpoint is read by the build that wrote it; old layouts are refused.
 */

/** What a checkpoint cannot be read as. The message names the section and the byte. */
export class StateError extends Error {
  override readonly name = 'StateError'
}

const TAG = { section: 1, end: 2, u8: 3, u32: 4, i32: 5, f64: 6, text: 7, u8s: 8, i32s: 9, u32s: 10, f64s: 11 } as const
const TAG_NAMES = [
  'nothing',
  'section',
  'end',
  'u8',
  'u32',
  'i32',
  'f64',
  'text',
  'u8s',
  'i32s',
  'u32s',
  'f64s',
] as const

type Column = Uint8Array | Int32Array | Uint32Array | Float64Array

/** Collects state. Values are read back in the order in which they were written. */
export class StateWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0
  readonly #open: string[] = []

  constructor(initialBytes = 4096) {
    this.#bytes = new Uint8Array(Math.max(64, initialBytes))
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Opens a section; sections may lie inside each other. Raise `version` with every change of what is written in it. */
  begin(name: string, version: number): void {
    this.#tag(TAG.section, 0)
    this.text(name)
    this.u32(version)
    this.#open.push(name)
  }

  /** Closes the section opened last. */
  end(): void {
    if (this.#open.pop() === undefined) throw new StateError('no section is open')
    this.#tag(TAG.end, 0)
  }

  u8(value: number): void {
    const at = this.#tag(TAG.u8, 1)
    this.#view.setUint8(at, value)
  }

  u32(value: number): void {
    const at = this.#tag(TAG.u32, 4)
    this.#view.setUint32(at, value, true)
  }

  i32(value: number): void {
    const at = this.#tag(TAG.i32, 4)
    this.#view.setInt32(at, value, true)
  }

  /** `-0` is written as `0`, so that equal states have equal bytes. */
  f64(value: number): void {
    const at = this.#tag(TAG.f64, 8)
    this.#view.setFloat64(at, value + 0, true)
  }

  /** Any text, unpaired surrogates included: its UTF-16 units. */
  text(value: string): void {
    const at = this.#tag(TAG.text, 4 + value.length * 2)
    this.#view.setUint32(at, value.length, true)
    for (let i = 0; i < value.length; i++) this.#view.setUint16(at + 4 + i * 2, value.charCodeAt(i), true)
  }

  /** `count` elements of a column from `start`; by default all of it. */
  u8s(column: Uint8Array, start = 0, count: number = column.length - start): void {
    this.#column(TAG.u8s, column, start, count)
  }

  i32s(column: Int32Array, start = 0, count: number = column.length - start): void {
    this.#column(TAG.i32s, column, start, count)
  }

  u32s(column: Uint32Array, start = 0, count: number = column.length - start): void {
    this.#column(TAG.u32s, column, start, count)
  }

  /** Columns are copied byte by byte: `-0` must not be in them. */
  f64s(column: Float64Array, start = 0, count: number = column.length - start): void {
    this.#column(TAG.f64s, column, start, count)
  }

  /** The bytes written so far; the writer may be written on and keeps its own copy. Throws when a section is open. */
  finish(): Uint8Array {
    const open = this.#open.at(-1)
    if (open !== undefined) throw new StateError(`section ${open} is still open`)
    return this.#bytes.slice(0, this.#length)
  }

  /** Hash of the bytes written so far, without copying them. */
  hash(): string {
    return hashBytes(this.#bytes.subarray(0, this.#length))
  }

  /** Forgets everything and keeps the space. */
  clear(): void {
    this.#length = 0
    this.#open.length = 0
  }

  #column(tag: number, column: Column, start: number, count: number): void {
    if (start < 0 || count < 0 || start + count > column.length)
      throw new StateError(`column range ${start}+${count} lies outside ${column.length} elements`)
    const width = column.BYTES_PER_ELEMENT
    const at = this.#tag(tag, 4 + count * width)
    this.#view.setUint32(at, count, true)
    this.#bytes.set(new Uint8Array(column.buffer, column.byteOffset + start * width, count * width), at + 4)
  }

  /** Writes a tag, makes room for `payload` bytes and returns where they go. May replace bytes and view. */
  #tag(tag: number, payload: number): number {
    const at = this.#length + 1
    if (at + payload > this.#bytes.length) this.#grow(at + payload)
    this.#bytes[at - 1] = tag
    this.#length = at + payload
    return at
  }

  #grow(wanted: number): void {
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** Reads state back in the order in which it was written. */
export class StateReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  readonly #open: string[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Enters the section `name`, which must be next and of this version. */
  begin(name: string, version: number): void {
    this.#take(TAG.section, 0)
    const found = this.text()
    const foundVersion = this.u32()
    if (found !== name || foundVersion !== version)
      throw this.#error(`section ${found} version ${foundVersion} stands where ${name} version ${version} is wanted`)
    this.#open.push(name)
  }

  /** Leaves the section entered last, which must have been read to its end. */
  end(): void {
    this.#take(TAG.end, 0)
    this.#open.pop()
  }

  u8(): number {
    return this.#view.getUint8(this.#take(TAG.u8, 1))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(TAG.u32, 4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#take(TAG.i32, 4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(TAG.f64, 8), true)
  }

  text(): string {
    const units = this.#count(TAG.text, 2)
    let text = ''
    for (let at = this.#at - units * 2; at < this.#at; at += 2)
      text += String.fromCharCode(this.#view.getUint16(at, true))
    return text
  }

  /** A column as a copy of its own. */
  u8s(): Uint8Array {
    const count = this.#count(TAG.u8s, 1)
    return this.#bytes.slice(this.#at - count, this.#at)
  }

  i32s(): Int32Array {
    return new Int32Array(this.#copyOf(this.#count(TAG.i32s, 4) * 4))
  }

  u32s(): Uint32Array {
    return new Uint32Array(this.#copyOf(this.#count(TAG.u32s, 4) * 4))
  }

  f64s(): Float64Array {
    return new Float64Array(this.#copyOf(this.#count(TAG.f64s, 8) * 8))
  }

  /** Reads a column into `target`, whose length must be the column's. */
  into(target: Column): void {
    const width = target.BYTES_PER_ELEMENT
    const count = this.#count(tagOf(target), width)
    if (count !== target.length)
      throw this.#error(`a column of ${count} elements stands where ${target.length} are wanted`)
    new Uint8Array(target.buffer, target.byteOffset, count * width).set(
      this.#bytes.subarray(this.#at - count * width, this.#at),
    )
  }

  /** Checks that nothing is left over. */
  finish(): void {
    if (this.#at !== this.#bytes.length) throw this.#error(`${this.#bytes.length - this.#at} bytes are left over`)
  }

  #copyOf(bytes: number): ArrayBuffer {
    const copy = new ArrayBuffer(bytes)
    new Uint8Array(copy).set(this.#bytes.subarray(this.#at - bytes, this.#at))
    return copy
  }

  /** Takes a counted value whole and returns its count; its elements end at the reading position. */
  #count(tag: number, width: number): number {
    const count = this.#view.getUint32(this.#take(tag, 4), true)
    if (count * width > this.#bytes.length - this.#at) throw this.#error(`${count} elements are wanted, the bytes end`)
    this.#at += count * width
    return count
  }

  #take(tag: number, payload: number): number {
    const found = this.#at < this.#bytes.length ? (this.#bytes[this.#at] as number) : 0
    if (found !== tag) throw this.#error(`${tagName(found)} stands where ${tagName(tag)} is wanted`)
    const at = this.#at + 1
    if (at + payload > this.#bytes.length) throw this.#error(`the bytes end inside ${tagName(tag)}`)
    this.#at = at + payload
    return at
  }

  #error(what: string): StateError {
    const place = this.#open.length === 0 ? 'saved state' : `saved state, section ${this.#open.join(' > ')}`
    return new StateError(`${place}, byte ${this.#at}: ${what}; it is from another build or damaged`)
  }
}

function tagName(tag: number): string {
  return TAG_NAMES[tag] ?? `unknown tag ${tag}`
}

function tagOf(column: Column): number {
  if (column instanceof Float64Array) return TAG.f64s
  if (column instanceof Int32Array) return TAG.i32s
  return column instanceof Uint32Array ? TAG.u32s : TAG.u8s
}

/** MurmurHash3 (x86, 128 bits, seed 0) of the bytes as 32 hexadecimal digits. Finds accidents, not tampering. */
export function hashBytes(bytes: Uint8Array): string {
  const length = bytes.length
  const whole = length - (length % 16)
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  let h1 = 0
  let h2 = 0
  let h3 = 0
  let h4 = 0
  for (let at = 0; at < whole; at += 16) {
    h1 ^= scramble1(view.getInt32(at, true))
    h1 = (Math.imul(((h1 << 19) | (h1 >>> 13)) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= scramble2(view.getInt32(at + 4, true))
    h2 = (Math.imul(((h2 << 17) | (h2 >>> 15)) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= scramble3(view.getInt32(at + 8, true))
    h3 = (Math.imul(((h3 << 15) | (h3 >>> 17)) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= scramble4(view.getInt32(at + 12, true))
    h4 = (Math.imul(((h4 << 13) | (h4 >>> 19)) + h1, 5) + 0x32ac3b17) | 0
  }
  h1 ^= scramble1(tailWord(bytes, whole))
  h2 ^= scramble2(tailWord(bytes, whole + 4))
  h3 ^= scramble3(tailWord(bytes, whole + 8))
  h4 ^= scramble4(tailWord(bytes, whole + 12))
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finalMix(h1)
  h2 = finalMix(h2)
  h3 = finalMix(h3)
  h4 = finalMix(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  return hex32(h1) + hex32(h2 + h1) + hex32(h3 + h1) + hex32(h4 + h1)
}

function scramble1(word: number): number {
  const k = Math.imul(word, 0x239b961b)
  return Math.imul((k << 15) | (k >>> 17), 0xab0e9789)
}

function scramble2(word: number): number {
  const k = Math.imul(word, 0xab0e9789)
  return Math.imul((k << 16) | (k >>> 16), 0x38b34ae5)
}

function scramble3(word: number): number {
  const k = Math.imul(word, 0x38b34ae5)
  return Math.imul((k << 17) | (k >>> 15), 0xa1e38b93)
}

function scramble4(word: number): number {
  const k = Math.imul(word, 0xa1e38b93)
  return Math.imul((k << 18) | (k >>> 14), 0x239b961b)
}

/** Up to four bytes from `at`, missing ones as zero (a zero word leaves the hash unchanged). */
function tailWord(bytes: Uint8Array, at: number): number {
  let word = 0
  for (let i = 0; i < 4; i++) word |= (bytes[at + i] ?? 0) << (i * 8)
  return word
}

function finalMix(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
