/**
 * Text messages as the bytes of one frame (RFC 6455, 5.2). A server does not mask, so that one frame serves every client that
 * gets the message: it is made once, however many there are.
 */

const FINAL_TEXT = 0x81
const SHORT = 126
const SIXTEEN_BITS = 0x1_0000
const WORD = 0x1_0000_0000

export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const head = length < SHORT ? 2 : length < SIXTEEN_BITS ? 4 : 10
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = FINAL_TEXT
  if (head === 2) frame[1] = length
  else if (head === 4) {
    frame[1] = SHORT
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = SHORT + 1
    frame.writeUInt32BE(Math.floor(length / WORD), 2)
    frame.writeUInt32BE(length % WORD, 6)
  }
  frame.write(text, head, 'utf8')
  return frame
}
