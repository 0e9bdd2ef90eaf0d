/**
 * Listen keys of user data streams: one for each account, valid for an hour from the last time somebody cared for it.
 * In: accounts, and the time in microseconds. Out: keys, and the accounts behind them. Owns: the keys. Pure but for the port
 * that makes the text of a new key.
 */

/** Microseconds that a key lives without being extended. */
export const LISTEN_KEY_LIFE: number = 60 * 60 * 1_000_000

interface Lease {
  readonly key: string
  readonly account: number
  until: number
}

export class ListenKeys {
  readonly #make: () => string
  readonly #byKey = new Map<string, Lease>()
  readonly #byAccount = new Map<number, Lease>()

  /** `make` returns a text that nobody guesses: 64 letters and digits. */
  constructor(make: () => string) {
    this.#make = make
  }

  /** The account's key, made where it has none; it lives an hour from now. */
  start(account: number, time: number): string {
    const known = this.#byAccount.get(account)
    if (known !== undefined && known.until > time) {
      known.until = time + LISTEN_KEY_LIFE
      return known.key
    }
    if (known !== undefined) this.#forget(known)
    const lease: Lease = { key: this.#make(), account, until: time + LISTEN_KEY_LIFE }
    this.#byKey.set(lease.key, lease)
    this.#byAccount.set(account, lease)
    return lease.key
  }

  /** Extends the account's key and returns it; undefined where it has none. */
  extend(account: number, time: number): string | undefined {
    const lease = this.#byAccount.get(account)
    if (lease === undefined || lease.until <= time) return undefined
    lease.until = time + LISTEN_KEY_LIFE
    return lease.key
  }

  /** Ends the account's key and returns it; undefined where it had none. */
  close(account: number): string | undefined {
    const lease = this.#byAccount.get(account)
    if (lease !== undefined) this.#forget(lease)
    return lease?.key
  }

  /** The account of a valid key, -1 for none. */
  accountOf(key: string, time: number): number {
    const lease = this.#byKey.get(key)
    return lease !== undefined && lease.until > time ? lease.account : -1
  }

  /** Ends what has run out and tells each key with its account. */
  expire(time: number, tell: (key: string, account: number) => void): void {
    for (const lease of this.#byKey.values()) {
      if (lease.until > time) continue
      this.#forget(lease)
      tell(lease.key, lease.account)
    }
  }

  #forget(lease: Lease): void {
    this.#byKey.delete(lease.key)
    if (this.#byAccount.get(lease.account) === lease) this.#byAccount.delete(lease.account)
  }
}
