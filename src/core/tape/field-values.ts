/** Reads the fields of a row by their description. For printing and export; the engine reads slots by constant. */
import { decodeUtf8 } from '../utf8.ts'
import type { Field } from './field-shapes.ts'
import { printId } from './ids.ts'
import { ID_FORM } from './kinds.ts'
import { flagsOf, type RowBuffer } from './row-buffer.ts'
import { HEAD, ROW_BYTES } from './layout.ts'

/** The value of a field of at most 8 bytes that is a number (f64, u8, u16, u32, i32). */
export function readNumber(buffer: RowBuffer, row: number, field: Pick<Field, 'type' | 'offset'>): number {
  const byte = row * ROW_BYTES + field.offset
  switch (field.type) {
    case 'f64':
      return buffer.f64[byte / 8] as number
    case 'u8':
      return buffer.u8[byte] as number
    case 'u16':
      return buffer.u16[byte / 2] as number
    case 'u32':
      return buffer.u32[byte / 4] as number
    case 'i32':
      return buffer.i32[byte / 4] as number
    case 'u64':
    case 'i128':
    case 'id16':
    case 'client-id':
    case 'hash64':
    case 'hash128':
    case 'grid':
    case 'levels':
    case 'text':
      throw new TypeError(`a field of type ${field.type} is no number`)
  }
}

/** The value of an i128 field. */
export function readI128(buffer: RowBuffer, row: number, field: Pick<Field, 'offset'>): bigint {
  const word = (row * ROW_BYTES + field.offset) / 4
  let value = 0n
  for (let i = 3; i >= 0; i--) value = (value << 32n) | BigInt(buffer.u32[word + i] as number)
  return BigInt.asIntN(128, value)
}

/** A 16-byte id as text, in the form that the row's flags name. Interned ids are `text:` and their number. */
export function readId16(buffer: RowBuffer, row: number, field: Pick<Field, 'offset'>): string {
  const byte = row * ROW_BYTES + field.offset
  const form = flagsOf(buffer, row) & ID_FORM.mask
  if (form === ID_FORM.interned) return `text:${buffer.u32[byte / 4] as number}`
  if (form === ID_FORM.decimal) return printId(buffer, byte / 8)
  const digits = hexBytes(buffer.u8.subarray(byte, byte + 16))
  return [0, 8, 12, 16, 20].map((from, i, all) => digits.slice(from, all[i + 1])).join('-')
}

/** Our own order id: `tw-1-57` is namespace, epoch, intent. */
export function readClientId(buffer: RowBuffer, row: number, field: Pick<Field, 'offset'>): string {
  const byte = row * ROW_BYTES + field.offset
  const namespace = [...buffer.u8.subarray(byte, byte + 4)].filter((code) => code !== 0)
  const words = [byte / 4 + 1, byte / 4 + 2].map((word) => buffer.u32[word] as number)
  return [String.fromCharCode(...namespace), ...words].join('-')
}

/** The 32-bit words of a digest as hexadecimal digits. */
export function readDigest(buffer: RowBuffer, row: number, field: Pick<Field, 'offset' | 'bytes'>): string {
  const word = (row * ROW_BYTES + field.offset) / 4
  const words = [...buffer.u32.subarray(word, word + field.bytes / 4)]
  return words.map((value) => value.toString(16).padStart(8, '0')).join('')
}

/** The text in the raw rows of a record whose length field is `lengthField`. */
export function readContent(buffer: RowBuffer, row: number, lengthField: Pick<Field, 'type' | 'offset'>): string {
  const start = (row + 1) * ROW_BYTES
  const held = (buffer.u16[(row * ROW_BYTES + HEAD.continuation) / 2] as number) * ROW_BYTES
  return decodeUtf8(buffer.u8.subarray(start, start + Math.min(held, readNumber(buffer, row, lengthField))))
}

/** Two hexadecimal digits per byte. */
export function hexBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
