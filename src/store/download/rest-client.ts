/** The venue's public REST interface: one request at a time in, JSON or an explained refusal out, within the weight budget. */
import type { Clock, HttpPort } from '../../live/ports.ts'
import { decodeUtf8 } from '../../core/utf8.ts'
import { TIMEOUT_MS, type OnWait, type PatientGetter } from './patient-get.ts'
import { explainNonsense, type Refusal } from './refusal.ts'
import { budgetOf, hasOwnPool, weightOf, type RestEndpoint } from './rest-weights.ts'
import type { PublicVenue } from './series.ts'
import type { Addresses } from './site.ts'
import { WeightBudget } from './weight-budget.ts'

/** A question to the venue. */
export interface RestRequest {
  readonly endpoint: RestEndpoint
  readonly query: readonly (readonly [string, string | number])[]
  /** Rows asked for, which decides the weight. */
  readonly rows: number
}

export type RestOutcome =
  { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'refused'; readonly refusal: Refusal }

export class RestClient {
  readonly venue: PublicVenue
  readonly #http: HttpPort
  readonly #getter: PatientGetter
  readonly #addresses: Addresses
  readonly #common: WeightBudget
  readonly #funding: WeightBudget
  readonly #clock: Clock
  #clockAhead: Promise<number | Refusal> | undefined

  constructor(
    venue: PublicVenue,
    addresses: Addresses,
    getter: PatientGetter,
    ports: { readonly http: HttpPort; readonly clock: Clock },
    onWait: OnWait,
  ) {
    this.venue = venue
    this.#addresses = addresses
    this.#getter = getter
    this.#http = ports.http
    this.#clock = ports.clock
    this.#common = new WeightBudget(ports.clock, budgetOf(venue, false), onWait)
    this.#funding = new WeightBudget(ports.clock, budgetOf(venue, true), onWait)
  }

  /** Full address of a request. */
  url(request: RestRequest): string {
    const host = request.endpoint === 'historicalTrades' ? this.#addresses.trades : this.#addresses.rest
    const path = this.venue === 'binance-spot' ? '/api/v3/' : '/fapi/v1/'
    const query = request.query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
    return `${host}${path}${request.endpoint}${query === '' ? '' : `?${query}`}`
  }

  /** Asks, waiting for the budget and repeating as `PatientGetter` does. */
  async get(request: RestRequest): Promise<RestOutcome> {
    const url = this.url(request)
    const budget = hasOwnPool(request.endpoint) ? this.#funding : this.#common
    const weight = weightOf(this.venue, request.endpoint, request.rows)
    // Spot archives are in microseconds since 2025: the same unit here, so that no precision is lost at the join.
    const unit: [string, string][] = this.venue === 'binance-spot' ? [['X-MBX-TIME-UNIT', 'MICROSECOND']] : []
    const outcome = await this.#getter.get(url, async () => {
      await budget.take(weight)
      const reply = await this.#http.request({
        method: 'GET',
        url,
        headers: unit,
        body: undefined,
        timeoutMs: TIMEOUT_MS,
      })
      if (reply.kind === 'reply') {
        const used = Number(reply.headers.get('x-mbx-used-weight-1m') ?? 0)
        if (Number.isSafeInteger(used) && !hasOwnPool(request.endpoint)) budget.observe(used)
      }
      return reply
    })
    if (outcome.kind === 'refused') return outcome
    if (outcome.reply.status !== 200) {
      return { kind: 'refused', refusal: explainNonsense(url, `HTTP ${outcome.reply.status}`) }
    }
    try {
      return { kind: 'json', value: JSON.parse(decodeUtf8(outcome.reply.body)) as unknown }
    } catch {
      return { kind: 'refused', refusal: explainNonsense(url, 'something that is no JSON') }
    }
  }

  /** The venue's time in milliseconds: our clock, corrected once per run by asking. */
  async now(): Promise<number | Refusal> {
    this.#clockAhead ??= this.#askTime()
    const ahead = await this.#clockAhead
    return typeof ahead === 'number' ? this.#clock.nowMicros() / 1000 - ahead : ahead
  }

  async #askTime(): Promise<number | Refusal> {
    const request: RestRequest = { endpoint: 'time', query: [], rows: 1 }
    const outcome = await this.get(request)
    if (outcome.kind === 'refused') return outcome.refusal
    const value = outcome.value
    const time = typeof value === 'object' && value !== null && 'serverTime' in value ? value.serverTime : undefined
    if (typeof time !== 'number' || !(time > 0)) return explainNonsense(this.url(request), 'no server time')
    return this.#clock.nowMicros() / 1000 - toMillis(time)
  }
}

/** Times of the venue are milliseconds or microseconds; their size tells which. */
export function toMillis(time: number): number {
  return time > 1e14 ? Math.floor(time / 1000) : time
}
