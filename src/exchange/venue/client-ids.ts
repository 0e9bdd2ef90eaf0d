/**
 * Client ids that the venue makes for orders without one: 22 letters and digits that look drawn at random and carry the
 * order id, so that they need no memory and no table. Made and read only where somebody looks at an order.
 */

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 22
const PATTERN = /^[0-9A-Za-z]{22}$/
/** 22 digits of base 62 hold 130 bits. */
const BITS = 130
/** Any odd number scrambles reversibly; this one is the golden ratio's fraction in 130 bits. */
const FACTOR = 0x278dde6e5fd29f053e1dcb3ba2c5f9a1bn
const OFFSET = 0x1b7e151628aed2a6abf7158809cf4f3c7n
const INVERSE = inverse()
/** Keep ids of cancellations and of conditional orders apart from those of orders (2^42, 2^43). */
const CANCEL_SALT = 4_398_046_511_104
const CONDITIONAL_SALT = 8_796_093_022_208

/** The client id of the order with this id, a positive integer. */
export function madeClientId(id: number): string {
  let rest = BigInt.asUintN(BITS, BigInt(id) * FACTOR + OFFSET)
  let text = ''
  for (let i = 0; i < LENGTH; i++) {
    text = ALPHABET.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}

/** The id of the cancellation of the order with this id, where its owner named none. */
export function madeCancelId(orderId: number): string {
  return madeClientId(CANCEL_SALT + orderId)
}

/** The client id of the conditional order with this id, where its owner named none; the order that it becomes has it too. */
export function madeConditionalClientId(id: number): string {
  return madeClientId(CONDITIONAL_SALT + id)
}

/** Order id in a client id that the venue made; 0 for any other text. */
export function idOfMadeClientId(text: string): number {
  if (!PATTERN.test(text)) return 0
  let value = 0n
  for (const digit of text) value = value * 62n + BigInt(ALPHABET.indexOf(digit))
  const id = BigInt.asUintN(BITS, (BigInt.asUintN(BITS, value) - OFFSET) * INVERSE)
  return value < 1n << BigInt(BITS) && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : 0
}

/** Inverse of FACTOR modulo 2^BITS: each of Newton's steps doubles the bits that are right, beginning with three. */
function inverse(): bigint {
  let found = FACTOR
  for (let bits = 3; bits < BITS; bits *= 2) found = BigInt.asUintN(BITS, found * (2n - FACTOR * found))
  return found
}
