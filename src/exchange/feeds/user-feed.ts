/** What feeds of user events have in common: accounts that somebody listens to, and where events go. */

/** Where user events go. `event` is the event's name, `text` its JSON. */
export interface UserSink {
  tell(account: number, event: string, text: string): void
}

/** Accounts with listeners. Events of others are not made. */
export class WatchedAccounts {
  readonly #counts = new Map<number, number>()

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  has(account: number): boolean {
    return this.#counts.has(account)
  }

  /** One more listener. */
  watch(account: number): void {
    this.#counts.set(account, (this.#counts.get(account) ?? 0) + 1)
  }

  /** Takes back one `watch`. */
  unwatch(account: number): void {
    const count = this.#counts.get(account) ?? 0
    if (count > 1) this.#counts.set(account, count - 1)
    else this.#counts.delete(account)
  }
}
