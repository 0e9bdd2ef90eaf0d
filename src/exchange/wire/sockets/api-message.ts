/**
 * Requests and replies of the WebSocket API as text. In: a message. Out: its id, method and parameters, or the problem that it
 * has; replies with status, result or error, and the rate limits.
 */
import { Parameters } from '../parameters.ts'
import { refuse, type Refusal, refusalBody } from '../refusal.ts'

export interface ApiRequest {
  /** JSON of the id, `null` where there was none. */
  readonly id: string
  readonly method: string
  readonly parameters: Parameters
}

/** A message that is no request, with the id as far as it could be read. */
export interface BrokenRequest {
  readonly id: string
  readonly refusal: Refusal
}

const ID = /^[A-Za-z0-9_-]{1,36}$/
const NOT_JSON: Refusal = refuse(-1135, 'Invalid JSON Request')
const WRONG_ID: Refusal = refuse(
  -1100,
  "Illegal characters found in parameter 'id'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.",
)
const NO_METHOD: Refusal = refuse(-1102, "Mandatory parameter 'method' was not sent, was empty/null, or malformed.")
const WRONG_PARAMETERS: Refusal = refuse(-1130, "Data sent for parameter 'params' is not valid.")

export function readApiRequest(text: string): ApiRequest | BrokenRequest {
  const message = parsed(text)
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return { id: 'null', refusal: NOT_JSON }
  const { id, method, params } = message as { id?: unknown; method?: unknown; params?: unknown }
  if (!isId(id)) return { id: 'null', refusal: WRONG_ID }
  const name = id === undefined ? 'null' : JSON.stringify(id)
  if (typeof method !== 'string' || method === '') return { id: name, refusal: NO_METHOD }
  if (params !== undefined && params !== null && (typeof params !== 'object' || Array.isArray(params)))
    return { id: name, refusal: WRONG_PARAMETERS }
  return { id: name, method, parameters: Parameters.fromRecord({ ...params }) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isId(id: unknown): boolean {
  if (id === undefined || id === null) return true
  return typeof id === 'number' ? Number.isInteger(id) : typeof id === 'string' && ID.test(id)
}

/** `limits`: the JSON of `rateLimits`, undefined to leave it out. */
export function resultText(id: string, result: string, limits: string | undefined): string {
  return `{"id":${id},"status":200,"result":${result}${limitsText(limits)}}`
}

export function errorText(id: string, refusal: Refusal, limits: string | undefined): string {
  return `{"id":${id},"status":${refusal.status},"error":${refusalBody(refusal)}${limitsText(limits)}}`
}

function limitsText(limits: string | undefined): string {
  return limits === undefined ? '' : `,"rateLimits":${limits}`
}
