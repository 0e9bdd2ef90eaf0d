/**
 * User data over the WebSocket API, as spot has it: who has subscribed to which account.
 * In: sessions that subscribe with a key, user events. Out: events with the id of the subscription that they belong to; the
 * word that a subscription has ended. Owns: the subscriptions. Refuses: a second one to the same account, and too many.
 */
import { millis } from '../../feeds/number-text.ts'
import { refusal, refuse, type Refusal } from '../refusal.ts'
import type { Answer } from '../route.ts'
import type { ApiKey } from '../security.ts'
import type { ApiSession } from './api-session.ts'
import type { AccountWatch } from './stream-sockets.ts'

/** Of one connection at a time. */
const SUBSCRIPTIONS_MAX = 1000

export const NO_KEY: Refusal = refusal('mandatory', 'apiKey')
const SUBSCRIBED: Refusal = refuse(-2035, 'User Data Stream subscription already active.')
const NOT_SUBSCRIBED: Refusal = refuse(-2036, 'User Data Stream subscription not active.')
const TOO_MANY: Refusal = refuse(-1194, 'Maximum number of active subscriptions exceeded.')

export class ApiSubscriptions {
  readonly #users: AccountWatch
  readonly #say: (session: ApiSession, text: string) => void
  /** Sessions with subscriptions, by account. */
  readonly #listeners = new Map<number, Set<ApiSession>>()

  constructor(users: AccountWatch, say: (session: ApiSession, text: string) => void) {
    this.#users = users
    this.#say = say
  }

  tell(account: number, text: string): void {
    for (const session of this.#listeners.get(account) ?? [])
      for (const [id, subscribed] of session.subscriptions)
        if (subscribed === account) this.#say(session, `{"subscriptionId":${id},"event":${text}}`)
  }

  subscribe(session: ApiSession, key: ApiKey | undefined): Answer {
    if (key === undefined) return NO_KEY
    if ([...session.subscriptions.values()].includes(key.account)) return SUBSCRIBED
    if (session.subscriptions.size >= SUBSCRIPTIONS_MAX) return TOO_MANY
    const listeners = this.#listeners.get(key.account) ?? new Set()
    this.#listeners.set(key.account, listeners.add(session))
    this.#users.watch(key.account)
    return `{"subscriptionId":${session.subscribe(key.account)}}`
  }

  /** Ends the subscription of that id, all where none is named. */
  unsubscribe(session: ApiSession, wish: string | undefined, time: number): Answer {
    if (wish !== undefined && !session.subscriptions.has(Number(wish))) return NOT_SUBSCRIBED
    if (session.subscriptions.size === 0) return NOT_SUBSCRIBED
    if (wish === undefined) this.endAll(session, time)
    else this.#end(session, Number(wish), time)
    return '{}'
  }

  list(session: ApiSession): string {
    return `[${[...session.subscriptions.keys()].map((id) => `{"subscriptionId":${id}}`).join(',')}]`
  }

  endAll(session: ApiSession, time: number): void {
    for (const id of session.subscriptions.keys()) this.#end(session, id, time)
  }

  /** The session is gone. */
  forget(session: ApiSession): void {
    for (const id of session.subscriptions.keys()) this.#drop(session, id)
  }

  #end(session: ApiSession, id: number, time: number): void {
    this.#drop(session, id)
    this.#say(session, `{"subscriptionId":${id},"event":{"e":"eventStreamTerminated","E":${millis(time)}}}`)
  }

  #drop(session: ApiSession, id: number): void {
    const account = session.subscriptions.get(id)
    if (account === undefined) return
    session.subscriptions.delete(id)
    this.#users.unwatch(account)
    const listeners = this.#listeners.get(account)
    listeners?.delete(session)
    if (listeners?.size === 0) this.#listeners.delete(account)
  }
}
