/**
 * Who asks, and whether it is true: API keys, signatures, times.
 * In: a key from the header, the raw query and body, the time. Out: the key with its account, or the venue's refusal. Owns:
 * the keys. The signed text is the raw query followed by the raw body with nothing between, without the signature itself;
 * where that does not match, the same with every value decoded and encoded again counts too, because a common client signs
 * one encoding and sends another.
 */
import type { SignatureCheck, SignaturePort, SignatureScheme } from '../../live/signatures.ts'
import { decoded, type Parameters } from './parameters.ts'
import { refusal, refuse, type Refusal } from './refusal.ts'
import type { Dialect } from './reader.ts'

/** What a key may do. Reading is allowed to every key. */
export interface Permissions {
  readonly trade: boolean
}

export interface ApiKey {
  /** What clients send in the header. */
  readonly name: string
  readonly account: number
  readonly scheme: SignatureScheme
  readonly permissions: Permissions
  /** Addresses it may be used from; empty for any. */
  readonly addresses: readonly string[]
  readonly check: SignatureCheck
}

/** A key as an operator hands it in. `material`: the secret of HMAC, the public key in PEM of the others. */
export interface ApiKeyInput {
  readonly name: string
  readonly account: number
  readonly scheme: SignatureScheme
  readonly material: string
  readonly permissions?: Permissions
  readonly addresses?: readonly string[]
}

/** Keys look like this; anything else is refused by its form. */
const KEY_FORM = /^[A-Za-z0-9]{16,128}$/

const INVALID_FORM: Refusal = { ...refusal('apiKeyFormat'), status: 401 }
const UNKNOWN_KEY: Refusal = { ...refusal('apiKey'), status: 401 }
const WRONG_SIGNATURE: Refusal = refusal('signature')
const TOO_LATE: Refusal = refusal('outsideWindow')
const TOO_EARLY: Refusal = refusal('aheadOfTime')
const WINDOW_TOO_LONG: Refusal = refuse(-1131, 'recvWindow must be less than 60000')
/** The same check as -1021, done once more in front of the matching engine. */
export const TOO_LATE_FOR_MATCHING: Refusal = refusal('outsideEngineWindow')

export class KeyRing {
  readonly #port: SignaturePort
  readonly #keys = new Map<string, ApiKey>()

  constructor(port: SignaturePort) {
    this.#port = port
  }

  /** Adds a key, or replaces the one of its name. Returns undefined where the material is no key of its scheme. */
  add(input: ApiKeyInput): ApiKey | undefined {
    const check = this.#port.check(input.scheme, input.material)
    if (check === undefined || !KEY_FORM.test(input.name)) return undefined
    const { name, account, scheme } = input
    const permissions = input.permissions ?? { trade: true }
    const key: ApiKey = { name, account, scheme, permissions, addresses: input.addresses ?? [], check }
    this.#keys.set(name, key)
    return key
  }

  remove(name: string): boolean {
    return this.#keys.delete(name)
  }

  /** The key of that name, for use from `address` for reading or trading. */
  admit(name: string | undefined, address: string, trades: boolean): ApiKey | Refusal {
    const key = name === undefined ? undefined : this.#keys.get(name)
    if (key === undefined) return name === undefined || !KEY_FORM.test(name) ? INVALID_FORM : UNKNOWN_KEY
    if (trades && !key.permissions.trade) return UNKNOWN_KEY
    return key.addresses.length === 0 || key.addresses.includes(address) ? key : UNKNOWN_KEY
  }
}

/** Time of a signed request. Milliseconds; spot also takes microseconds and parts of a millisecond in the window. */
export interface SignedTime {
  /** Microseconds. */
  readonly timestamp: number
  readonly recvWindow: number
}

/** Longest recvWindow, and what holds where none is sent, microseconds. */
const WINDOW_MAX = 60_000_000
const WINDOW_DEFAULT = 5_000_000
/** A timestamp may run ahead of the venue by less than this, microseconds. */
const AHEAD = 1_000_000
/** From here on (year 2286 in milliseconds) a timestamp of spot counts microseconds. */
const MICROSECONDS_FROM = 10_000_000_000_000

const INTEGER = /^\s*[0-9]{1,17}\s*$/
const WINDOW = /^[0-9]{1,10}(?:\.[0-9]{1,3})?$/

/** The times of a request, checked against `now` (microseconds). */
export function checkTime(parameters: Parameters, now: number, dialect: Dialect): SignedTime | Refusal {
  const sent = parameters.find('timestamp')
  if (sent === undefined || sent === '') return refusal('mandatory', 'timestamp')
  if (!INTEGER.test(sent)) return refusal('illegalCharacters', 'timestamp', '^[0-9]{1,20}$')
  const window = parameters.find('recvWindow')
  if (window !== undefined && !WINDOW.test(window)) return refusal('illegalCharacters', 'recvWindow', '^[0-9]{1,20}$')
  const recvWindow = window === undefined ? WINDOW_DEFAULT : Math.trunc(Number(window) * 1000)
  if (dialect === 'spot' && recvWindow > WINDOW_MAX) return WINDOW_TOO_LONG
  const stamp = Number(sent)
  const timestamp = dialect === 'spot' && stamp >= MICROSECONDS_FROM ? stamp : stamp * 1000
  if (timestamp >= now + AHEAD) return TOO_EARLY
  return now - timestamp > recvWindow ? TOO_LATE : { timestamp, recvWindow }
}

/** Whether a request that was in time is still so at `now`. */
export function stillInTime(time: SignedTime, now: number): boolean {
  return now - time.timestamp <= time.recvWindow
}

/** Checks the signature of a request; undefined where it is right. */
export function checkSignature(key: ApiKey, parameters: Parameters): Refusal | undefined {
  const signature = parameters.find('signature')
  if (signature === undefined || signature === '') return refusal('mandatory', 'signature')
  const query = withoutSignature(parameters.query)
  const body = withoutSignature(parameters.body)
  if (key.check.matches(query + body, signature)) return undefined
  const again = encodedAgain(query) + encodedAgain(body)
  return key.check.matches(again, signature) ? undefined : WRONG_SIGNATURE
}

/** Text signed in a WebSocket message: all parameters but the signature, sorted by name. */
export function sortedPayload(parameters: Parameters): string {
  return parameters.names
    .map((name, at) => ({ name, value: parameters.values[at] ?? '' }))
    .filter(({ name }) => name !== 'signature')
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&')
}

/** Checks the signature of a WebSocket message; undefined where it is right. */
export function checkMessageSignature(key: ApiKey, parameters: Parameters): Refusal | undefined {
  const signature = parameters.find('signature')
  if (signature === undefined || signature === '') return refusal('mandatory', 'signature')
  return key.check.matches(sortedPayload(parameters), signature) ? undefined : WRONG_SIGNATURE
}

/** `text` without its `signature=…` pair and the separator that went with it. */
function withoutSignature(text: string): string {
  if (text === '') return text
  const start = text.startsWith('signature=') ? 0 : text.indexOf('&signature=')
  if (start === -1) return text
  const end = text.indexOf('&', start + 1)
  if (end === -1) return text.slice(0, start)
  return start === 0 ? text.slice(end + 1) : text.slice(0, start) + text.slice(end)
}

function encodedAgain(text: string): string {
  return text
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=')
      if (equals === -1) return pair
      const value = decoded(pair.slice(equals + 1))
      return value === undefined ? pair : pair.slice(0, equals + 1) + encodeURIComponent(value)
    })
    .join('&')
}
