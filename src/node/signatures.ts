/**
 * Checks signatures with the platform's cryptography. In: the signed text and the signature. Out: whether they belong
 * together. Owns: the prepared keys. Comparison of HMACs takes the same time wherever they differ.
 */
import { createHmac, createPublicKey, createSecretKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { SignatureCheck, SignaturePort, SignatureScheme } from '../live/signatures.ts'

/** Bytes of a SHA-256. */
const HMAC_BYTES = 32
const HEX = /^[0-9a-fA-F]{64}$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

export const nodeSignatures: SignaturePort = {
  check(scheme: SignatureScheme, key: string): SignatureCheck | undefined {
    if (scheme === 'hmac') return key === '' ? undefined : new HmacCheck(key)
    const publicKey = publicKeyOf(key)
    return publicKey?.asymmetricKeyType === scheme ? new PublicKeyCheck(publicKey) : undefined
  },
}

class HmacCheck implements SignatureCheck {
  readonly #key: KeyObject
  readonly #sent = Buffer.alloc(HMAC_BYTES)

  constructor(secret: string) {
    this.#key = createSecretKey(secret, 'utf8')
  }

  matches(payload: string, signature: string): boolean {
    if (!HEX.test(signature)) return false
    this.#sent.write(signature, 'hex')
    return timingSafeEqual(this.#sent, createHmac('sha256', this.#key).update(payload).digest())
  }
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
