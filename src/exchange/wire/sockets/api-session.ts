/** One client of the WebSocket API: its connection, the key it has logged on with, and the user data it has subscribed to. */
import type { ApiKey } from '../security.ts'
import type { Connection } from './connection.ts'

export class ApiSession {
  readonly connection: Connection
  readonly address: string
  /** Name of the key of the session; empty when it is not logged on. */
  keyName = ''
  /** Microseconds; 0 when it is not logged on. */
  authorizedAt = 0
  /** Whether replies say how much of the limits is used, unless a request says otherwise. */
  readonly returnLimits: boolean
  /** Times of replies are microseconds. */
  readonly inMicros: boolean
  /** Accounts by the id of their subscription. */
  readonly subscriptions: Map<number, number> = new Map()
  #nextSubscription = 0

  constructor(connection: Connection, query: string) {
    this.connection = connection
    this.address = connection.address
    const pairs = query.split('&')
    this.returnLimits = !pairs.includes('returnRateLimits=false')
    this.inMicros = pairs.some((pair) => pair.toUpperCase() === 'TIMEUNIT=MICROSECOND')
  }

  logOn(key: ApiKey, now: number): void {
    this.keyName = key.name
    this.authorizedAt = now
  }

  logOut(): void {
    this.keyName = ''
    this.authorizedAt = 0
  }

  /** The new subscription's id. */
  subscribe(account: number): number {
    const id = this.#nextSubscription++
    this.subscriptions.set(id, account)
    return id
  }
}
