/**
 * Checks signatures with the platform's cryptography. In: the signed text and the signature. Out: whether they belong
 * together. Owns: the prepared keys. Comparison of HMACs takes the same time wherever they differ.
 */
import { createHash, createHmac, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { SignatureCheck, SignaturePort, SignatureScheme } from '../live/signatures.ts'

/** Block and hash of SHA-256, bytes. */
const BLOCK = 64
const HASH = 32
/** The two bytes that HMAC mixes with its key (RFC 2104). */
const INNER = 0x36
const OUTER = 0x5c
/** Longer texts take the slow way. */
const TEXT_BYTES_MAX = 8192

const HEX = /^[0-9a-fA-F]{64}$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

export const nodeSignatures: SignaturePort = {
  check(scheme: SignatureScheme, key: string): SignatureCheck | undefined {
    if (scheme === 'hmac') return key === '' ? undefined : new HmacCheck(key)
    const publicKey = publicKeyOf(key)
    return publicKey?.asymmetricKeyType === scheme ? new PublicKeyCheck(publicKey) : undefined
  },
}

/**
 * HMAC over the one-shot hash, as RFC 2104 spells it out: an `Hmac` object for each text takes several times as long and
 * leaves a native handle to the collector.
 */
class HmacCheck implements SignatureCheck {
  readonly #secret: string
  /** Mixed key and text; mixed key and the hash of the former. */
  readonly #inner: Buffer = Buffer.alloc(BLOCK + TEXT_BYTES_MAX)
  readonly #outer: Buffer = Buffer.alloc(BLOCK + HASH)

  constructor(secret: string) {
    this.#secret = secret
    const bytes = Buffer.from(secret)
    const key = bytes.length > BLOCK ? createHash('sha256').update(bytes).digest() : bytes
    for (let i = 0; i < BLOCK; i++) {
      this.#inner[i] = (key[i] ?? 0) ^ INNER
      this.#outer[i] = (key[i] ?? 0) ^ OUTER
    }
  }

  matches(payload: string, signature: string): boolean {
    return HEX.test(signature) && sameText(this.#digest(payload), signature.toLowerCase())
  }

  #digest(payload: string): string {
    // A character has three bytes at most (two of them stand for four).
    if (payload.length * 3 > TEXT_BYTES_MAX) return createHmac('sha256', this.#secret).update(payload).digest('hex')
    const length = this.#inner.write(payload, BLOCK)
    this.#outer.write(hash('sha256', this.#inner.subarray(0, BLOCK + length), 'latin1'), BLOCK, 'latin1')
    return hash('sha256', this.#outer, 'hex')
  }
}

/** Compares texts of one length, all of them whatever the first difference. */
function sameText(one: string, other: string): boolean {
  let difference = 0
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i)
  return difference === 0
}

class PublicKeyCheck implements SignatureCheck {
  readonly #key: KeyObject

  constructor(key: KeyObject) {
    this.#key = key
  }

  matches(payload: string, signature: string): boolean {
    if (!BASE64.test(signature)) return false
    // Ed25519 brings its own hash.
    const digest = this.#key.asymmetricKeyType === 'rsa' ? 'sha256' : null
    return verify(digest, Buffer.from(payload), this.#key, Buffer.from(signature, 'base64'))
  }
}

function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}
