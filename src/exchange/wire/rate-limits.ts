/**
 * Rate limits of a venue: request weight per address, orders per account, in windows fixed to the clock.
 * In: what a request costs, and the time. Out: a verdict; the counts stand in `used` and `counts` for the headers. Owns: the
 * counters. Whoever goes on past a refusal is banned, each time longer. Pure: time comes in, microseconds.
 */
import { type Refusal } from './refusal.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** Texts of a venue. Times in milliseconds. */
export interface LimitTexts {
  tooMany(limit: number, windowMinutes: number): string
  banned(untilMillis: number): string
}

export const FUTURES_LIMIT_TEXTS: LimitTexts = {
  tooMany: (limit, minutes) =>
    `Too many requests; current limit is ${limit} requests per ${minutes === 1 ? 'minute' : `${minutes} minutes`}. Please use the websocket for live updates to avoid polling the API.`,
  banned: (until) =>
    `Way too many requests; IP banned until ${until}. Please use the websocket for live updates to avoid bans.`,
}

export const SPOT_LIMIT_TEXTS: LimitTexts = {
  tooMany: (limit, minutes) =>
    `Too much request weight used; current limit is ${limit} request weight per ${minutes} MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
  banned: (until) =>
    `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
}

export interface WeightRules {
  readonly limit: number
  readonly windowMinutes: number
  /** Refused requests within one window after which the address is banned. The venue does not publish its number. */
  readonly refusalsBeforeBan: number
  /** First ban and longest ban, microseconds; each ban doubles the one before. */
  readonly firstBan: number
  readonly longestBan: number
}

export const FUTURES_WEIGHT: WeightRules = {
  limit: 2400,
  windowMinutes: 1,
  refusalsBeforeBan: 10,
  firstBan: 2 * MINUTE,
  longestBan: 3 * 24 * 60 * MINUTE,
}
export const SPOT_WEIGHT: WeightRules = { ...FUTURES_WEIGHT, limit: 6000 }
/** Funding history of futures has a pool of its own: requests, not weight. */
export const FUNDING_POOL: WeightRules = { ...FUTURES_WEIGHT, limit: 500, windowMinutes: 5 }

/** Addresses that are remembered; beyond that, the half that has been silent longest is forgotten. */
const ADDRESSES_MAX = 10_000

interface Usage {
  window: number
  weight: number
  refusals: number
  bans: number
  bannedUntil: number
}

/** What a refused request is told. */
export interface LimitRefusal extends Refusal {
  /** Whole seconds until it makes sense to ask again. */
  readonly retryAfter: number
}

export class RequestWeights {
  readonly rules: WeightRules
  readonly #texts: LimitTexts
  readonly #usage = new Map<string, Usage>()
  readonly #window: number

  constructor(rules: WeightRules, texts: LimitTexts) {
    this.rules = rules
    this.#texts = texts
    this.#window = rules.windowMinutes * MINUTE
  }

  /** Counts a request of `weight`. Returns its refusal where the address is over the limit or banned. */
  charge(address: string, weight: number, time: number): LimitRefusal | undefined {
    const usage = this.#usageOf(address, time)
    if (time < usage.bannedUntil) return this.#banned(usage, time)
    usage.weight += weight
    if (usage.weight <= this.rules.limit) return undefined
    usage.refusals++
    if (usage.refusals > this.rules.refusalsBeforeBan) {
      let length = this.rules.firstBan
      for (let ban = 0; ban < usage.bans && length < this.rules.longestBan; ban++) length *= 2
      usage.bannedUntil = time + Math.min(length, this.rules.longestBan)
      usage.bans++
      return this.#banned(usage, time)
    }
    return {
      status: 429,
      code: -1003,
      message: this.#texts.tooMany(this.rules.limit, this.rules.windowMinutes),
      retryAfter: Math.ceil((usage.window + this.#window - time) / SECOND),
    }
  }

  /** Gives weight back that was charged at `time` for a request that turned out to be free. */
  refund(address: string, weight: number, time: number): void {
    const usage = this.#usageOf(address, time)
    usage.weight = Math.max(0, usage.weight - weight)
  }

  /** Number of addresses that are remembered. */
  get addresses(): number {
    return this.#usage.size
  }

  /** Weight used by an address in the window of `time`. */
  used(address: string, time: number): number {
    return this.#usageOf(address, time).weight
  }

  #banned(usage: Usage, time: number): LimitRefusal {
    return {
      status: 418,
      code: -1003,
      message: this.#texts.banned(Math.ceil(usage.bannedUntil / 1000)),
      retryAfter: Math.ceil((usage.bannedUntil - time) / SECOND),
    }
  }

  #usageOf(address: string, time: number): Usage {
    const window = time - (time % this.#window)
    const known = this.#usage.get(address)
    if (known !== undefined && known.window >= window) return known
    const usage = known ?? { window, weight: 0, refusals: 0, bans: 0, bannedUntil: 0 }
    usage.window = window
    usage.weight = 0
    usage.refusals = 0
    // Behind all others again: the first is the one that has been silent longest.
    this.#usage.delete(address)
    this.#usage.set(address, usage)
    if (this.#usage.size > ADDRESSES_MAX) this.#forget()
    return usage
  }

  /** Forgets the older half at once: one by one would cost a walk over forgotten places each time. */
  #forget(): void {
    for (const address of this.#usage.keys()) {
      if (this.#usage.size <= ADDRESSES_MAX / 2) return
      this.#usage.delete(address)
    }
  }
}

export interface OrderRule {
  readonly limit: number
  /** As exchangeInfo and the headers name it: 10 SECOND is `10S`. */
  readonly interval: 'SECOND' | 'MINUTE' | 'DAY'
  readonly intervalNum: number
}

export const FUTURES_ORDERS: readonly OrderRule[] = [
  { limit: 300, interval: 'SECOND', intervalNum: 10 },
  { limit: 1200, interval: 'MINUTE', intervalNum: 1 },
]
export const SPOT_ORDERS: readonly OrderRule[] = [
  { limit: 100, interval: 'SECOND', intervalNum: 10 },
  { limit: 200_000, interval: 'DAY', intervalNum: 1 },
]

const INTERVALS = { SECOND, MINUTE, DAY: 24 * 60 * MINUTE }

interface Count {
  window: number
  count: number
}

/** Orders of each account in each window. */
export class OrderCounts {
  readonly rules: readonly OrderRule[]
  /** Counts of each account, one for each rule. */
  readonly #counts: Count[][] = []

  constructor(rules: readonly OrderRule[]) {
    this.rules = rules
  }

  /** Counts orders: `costs[i]` against the i-th rule. Returns the refusal, and counts nothing, where one does not allow it. */
  charge(account: number, costs: readonly number[], time: number): LimitRefusal | undefined {
    const counts = this.#countsOf(account, time)
    for (const [index, rule] of this.rules.entries()) {
      const count = counts[index] as Count
      if (count.count + (costs[index] ?? 0) <= rule.limit) continue
      const length = INTERVALS[rule.interval] * rule.intervalNum
      return {
        status: 429,
        code: -1015,
        message: `Too many new orders; current limit is ${rule.limit} orders per ${rule.intervalNum} ${rule.interval}.`,
        retryAfter: Math.ceil((count.window + length - time) / SECOND),
      }
    }
    for (const [index, count] of counts.entries()) count.count += costs[index] ?? 0
    return undefined
  }

  /** Gives counted orders back, down to none: spot forgives orders that were filled. */
  release(account: number, orders: number, time: number): void {
    if (this.#counts[account] === undefined) return
    for (const count of this.#countsOf(account, time)) count.count = Math.max(0, count.count - orders)
  }

  /** Orders of an account in the window of the rule at `index`. */
  count(account: number, index: number, time: number): number {
    return this.#countsOf(account, time)[index]?.count ?? 0
  }

  #countsOf(account: number, time: number): Count[] {
    let counts = this.#counts[account]
    if (counts === undefined) {
      counts = this.rules.map(() => ({ window: 0, count: 0 }))
      this.#counts[account] = counts
    }
    for (let index = 0; index < counts.length; index++) {
      const rule = this.rules[index] as OrderRule
      const count = counts[index] as Count
      const window = time - (time % (INTERVALS[rule.interval] * rule.intervalNum))
      if (count.window === window) continue
      count.window = window
      count.count = 0
    }
    return counts
  }
}
