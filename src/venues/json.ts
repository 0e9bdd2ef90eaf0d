/**
 * JSON with places: every value knows the byte it begins at, and numbers keep their digits.
 *
 * In: UTF-8 bytes. Out: a tree, or where and why there is none. For messages that need care more than speed (REST answers,
 * anything the scanner does not know). `JSON.parse` is no help there: it rounds ids beyond 2^53 and cannot say where a bad
 * value stands. Refuses what JSON refuses, a key given twice, and nesting that no venue sends.
 */
import { decodeUtf8 } from '../core/utf8.ts'

/** A value and the offset of its first byte. */
export type JsonValue = JsonNull | JsonBoolean | JsonNumber | JsonString | JsonArray | JsonObject

export interface JsonNull {
  readonly kind: 'null'
  readonly offset: number
}
export interface JsonBoolean {
  readonly kind: 'boolean'
  readonly offset: number
  readonly value: boolean
}
export interface JsonNumber {
  readonly kind: 'number'
  readonly offset: number
  /** As written. */
  readonly text: string
}
export interface JsonString {
  readonly kind: 'string'
  readonly offset: number
  readonly text: string
}
export interface JsonArray {
  readonly kind: 'array'
  readonly offset: number
  readonly items: readonly JsonValue[]
}
export interface JsonObject {
  readonly kind: 'object'
  readonly offset: number
  readonly fields: ReadonlyMap<string, JsonValue>
}

export type JsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  /** `problem` completes the sentence "at byte `offset`: …". */
  | { readonly ok: false; readonly offset: number; readonly problem: string }

/** Deeper nesting would only be there to exhaust the stack. */
const DEEPEST = 64
/** Up to here a text is put together character by character. */
const SHORT = 32

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

/** Reads the one JSON value in bytes[start, end), white space around it allowed. Offsets count from bytes[0]. */
export function readJson(bytes: Uint8Array, start = 0, end: number = bytes.length): JsonResult {
  const reader = new Reader(bytes, start, end)
  try {
    const value = reader.value(0)
    reader.skipSpace()
    if (reader.at < end) return { ok: false, offset: reader.at, problem: 'more follows behind the JSON value' }
    return { ok: true, value }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ok: false, offset: error.offset, problem: error.message }
  }
}

/** Leaves the reader's recursion; never leaves this file. */
class Refusal extends Error {
  readonly offset: number
  constructor(offset: number, problem: string) {
    super(problem)
    this.offset = offset
  }
}

class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  at: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  value(depth: number): JsonValue {
    this.skipSpace()
    const offset = this.at
    const first = this.peek()
    if (first === OPEN_BRACE) return this.object(depth)
    if (first === OPEN_BRACKET) return this.array(depth)
    if (first === QUOTE) return { kind: 'string', offset, text: this.string() }
    if (first === MINUS || (first >= ZERO && first <= NINE)) return { kind: 'number', offset, text: this.number() }
    if (this.takeWord('true')) return { kind: 'boolean', offset, value: true }
    if (this.takeWord('false')) return { kind: 'boolean', offset, value: false }
    if (this.takeWord('null')) return { kind: 'null', offset }
    throw this.refusal('a value')
  }

  object(depth: number): JsonObject {
    const offset = this.open(depth)
    const fields = new Map<string, JsonValue>()
    this.skipSpace()
    if (this.take(CLOSE_BRACE)) return { kind: 'object', offset, fields }
    for (;;) {
      this.skipSpace()
      const keyAt = this.at
      if (this.peek() !== QUOTE) throw this.refusal('a key in quotes')
      const key = this.string()
      if (fields.has(key)) throw new Refusal(keyAt, `key ${JSON.stringify(key)} is given twice`)
      this.skipSpace()
      if (!this.take(COLON)) throw this.refusal('":"')
      fields.set(key, this.value(depth + 1))
      this.skipSpace()
      if (this.take(CLOSE_BRACE)) return { kind: 'object', offset, fields }
      if (!this.take(COMMA)) throw this.refusal('"," or "}"')
    }
  }

  array(depth: number): JsonArray {
    const offset = this.open(depth)
    const items: JsonValue[] = []
    this.skipSpace()
    if (this.take(CLOSE_BRACKET)) return { kind: 'array', offset, items }
    for (;;) {
      items.push(this.value(depth + 1))
      this.skipSpace()
      if (this.take(CLOSE_BRACKET)) return { kind: 'array', offset, items }
      if (!this.take(COMMA)) throw this.refusal('"," or "]"')
    }
  }

  string(): string {
    const opening = this.at++
    let from = this.at
    let text = ''
    for (;;) {
      const c = this.peek()
      if (c < 0) throw new Refusal(opening, 'the string that begins here does not end')
      if (c === QUOTE || c === BACKSLASH) {
        text += this.textOf(from, this.at)
        this.at++
        if (c === QUOTE) return text
        text += this.escape()
        from = this.at
      } else if (c < 0x20) throw new Refusal(this.at, 'a control character stands in a string')
      else this.at++
    }
  }

  escape(): string {
    const letter = String.fromCharCode(this.peek())
    const plain = ESCAPES.get(letter)
    this.at++
    if (plain !== undefined) return plain
    const hex = letter === 'u' ? this.textOf(this.at, Math.min(this.at + 4, this.end)) : ''
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new Refusal(this.at - 2, 'this escape is none of JSON')
    this.at += 4
    return String.fromCharCode(Number.parseInt(hex, 16))
  }

  number(): string {
    const start = this.at
    while (isNumberByte(this.peek())) this.at++
    const text = this.textOf(start, this.at)
    if (!NUMBER.test(text)) throw new Refusal(start, `${text} is no number of JSON`)
    return text
  }

  open(depth: number): number {
    if (depth >= DEEPEST) throw new Refusal(this.at, `values are nested deeper than ${DEEPEST}`)
    return this.at++
  }

  skipSpace(): void {
    for (;;) {
      const c = this.peek()
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return
      this.at++
    }
  }

  take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.at++
    return true
  }

  takeWord(word: string): boolean {
    const end = this.at + word.length
    if (end > this.end || this.textOf(this.at, end) !== word) return false
    this.at = end
    return true
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1
  }

  textOf(start: number, end: number): string {
    const { bytes } = this
    if (end - start > SHORT) return decodeUtf8(bytes.subarray(start, end))
    // Nearly all texts are short and ASCII; what makes one without an array of characters is several times faster.
    let text = ''
    for (let at = start; at < end; at++) {
      const c = bytes[at] as number
      if (c >= 0x80) return decodeUtf8(bytes.subarray(start, end))
      text += String.fromCharCode(c)
    }
    return text
  }

  refusal(expected: string): Refusal {
    const there = this.at < this.end ? '' : ' and the text ends'
    return new Refusal(this.at, `${expected} should stand here${there}`)
  }
}

/** Digits, sign, point and exponent. */
function isNumberByte(c: number): boolean {
  return (c >= ZERO && c <= NINE) || c === MINUS || c === 0x2b || c === 0x2e || c === 0x65 || c === 0x45
}
