/**
 * Port: checking signatures. In: the text that was signed and the signature as it was sent. Out: yes or no; what is no
 * signature at all is a no. The keys behind a check are prepared once.
 */

/** HMAC with SHA-256; Ed25519; RSASSA-PKCS1-v1_5 with SHA-256. */
export type SignatureScheme = 'hmac' | 'ed25519' | 'rsa'

/** One key, ready to check with. */
export interface SignatureCheck {
  /** Whether `signature` (hex in either case for HMAC, base64 for the others) signs the UTF-8 bytes of `payload`. */
  matches(payload: string, signature: string): boolean
}

export interface SignaturePort {
  /**
   * A check with `key`: the shared secret of HMAC, the public key in PEM of the others. Undefined where `key` is no key of
   * the scheme.
   */
  check(scheme: SignatureScheme, key: string): SignatureCheck | undefined
}
