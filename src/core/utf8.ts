/** UTF-8, both ways, where neither TextDecoder nor Buffer exists. For texts of the outside world, not for market rows. */

/** Characters per call of String.fromCharCode: its arguments go on the stack. */
const RUN = 4096

/** Decodes UTF-8; every byte that is not part of a valid sequence becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  const codes = new Uint16Array(Math.min(bytes.length, RUN) + 2)
  let text = ''
  let filled = 0
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] as number
    const length = lead < 0x80 ? 1 : sequenceLength(bytes, at)
    const point = lead < 0x80 ? lead : length === 0 ? 0xfffd : pointAt(bytes, at, length)
    at += Math.max(1, length)
    if (point > 0xffff) {
      codes[filled++] = 0xd800 | ((point - 0x10000) >> 10)
      codes[filled++] = 0xdc00 | (point & 0x3ff)
    } else codes[filled++] = point
    if (filled >= RUN) {
      text += String.fromCharCode(...codes.subarray(0, filled))
      filled = 0
    }
  }
  return text + String.fromCharCode(...codes.subarray(0, filled))
}

/** Encodes to UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let at = 0
  for (const character of text) {
    const raw = character.codePointAt(0) ?? 0xfffd
    const point = raw >= 0xd800 && raw <= 0xdfff ? 0xfffd : raw
    if (point < 0x80) bytes[at++] = point
    else {
      if (point < 0x800) bytes[at++] = 0xc0 | (point >> 6)
      else {
        if (point < 0x10000) bytes[at++] = 0xe0 | (point >> 12)
        else {
          bytes[at++] = 0xf0 | (point >> 18)
          bytes[at++] = 0x80 | ((point >> 12) & 0x3f)
        }
        bytes[at++] = 0x80 | ((point >> 6) & 0x3f)
      }
      bytes[at++] = 0x80 | (point & 0x3f)
    }
  }
  return bytes.slice(0, at)
}

/** Bytes of the sequence that starts at `at`; 0 when it is none (wrong lead, cut short, overlong, surrogate). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  for (let next = at + 1; next < at + length; next++) {
    if (((bytes[next] as number) & 0xc0) !== 0x80) return 0
  }
  const point = pointAt(bytes, at, length)
  if (length === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return 0
  if (length === 4 && (point < 0x10000 || point > 0x10ffff)) return 0
  return length
}

function pointAt(bytes: Uint8Array, at: number, length: number): number {
  let point = (bytes[at] as number) & (0x7f >> length)
  for (let next = at + 1; next < at + length; next++) point = (point << 6) | ((bytes[next] as number) & 0x3f)
  return point
}
