/** What an endpoint is: its address, who may call it, what it costs, and what it does. */
import type { Parameters } from './parameters.ts'
import type { Reader } from './reader.ts'
import type { Refusal } from './refusal.ts'
import type { ApiKey, SignedTime } from './security.ts'

/** `key`: the header alone; `signed`: also timestamp and signature. `trade` is signed, and the key must be allowed to. */
export type Security = 'none' | 'key' | 'signed' | 'trade'

/** One request on its way through an endpoint. */
export interface Call {
  readonly reader: Reader
  /** The caller's account, -1 on public endpoints. */
  readonly account: number
  /** Name of the caller's key, empty on public endpoints. */
  readonly keyName: string
  /** Of signed requests. */
  readonly signed: SignedTime | undefined
  /** Venue time of this request, microseconds. */
  readonly time: number
  /** Microseconds in the unit that the caller wants to read: milliseconds unless spot was asked for microseconds. */
  readonly stamp: (micros: number) => number
}

/** The text of the reply's JSON, or why there is none. */
export type Answer = string | Refusal

/** What a caller can have done, over HTTP or in a message. */
export interface Operation {
  readonly security: Security
  /** Request weight; a function where it depends on parameters. */
  readonly weight: number | ((parameters: Parameters) => number)
  /** True where the weight counts only if the call fails. */
  readonly freeOnSuccess?: boolean
  /** Orders that a call counts, one number for each order limit; undefined for none. */
  readonly orders?: readonly number[]
  readonly run: (call: Call) => Answer
}

/** An operation at its address. */
export interface Route extends Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** True for endpoints that count requests in the pool of funding data instead of weight. */
  readonly fundingPool?: boolean
}

/** Who a checked request is from. */
export interface Caller {
  readonly key: ApiKey | undefined
  readonly signed: SignedTime | undefined
}
