/**
 * GET with patience: repeats what may be repeated, explains the rest. Only for reading, which changes nothing at the venue.
 * A host that refuses everybody (451, 403, 418) or cannot be reached is not asked again in the same run.
 */
import type { Clock, HttpOutcome, HttpReply } from '../../live/ports.ts'
import { explainFault, explainReply, hostOf, type Refusal } from './refusal.ts'

/** Waits between attempts after faults and 5xx, in milliseconds. */
const BACKOFF_MS: readonly number[] = [1000, 4000]
/** How often a 429 is waited out for one request. */
const BUSY_ATTEMPTS = 5
/** When a 429 does not say how long: the venue's windows are minutes. */
const BUSY_WAIT_MS = 60_000
/** Longer rests are not waited for inside a run. */
const WAIT_MAX_MS = 5 * 60_000
/** The longest silence of a host. */
export const TIMEOUT_MS = 30_000

/** Told about waits, so that a person can be told. */
export type OnWait = (reason: string, milliseconds: number) => void

export type PatientOutcome =
  { readonly kind: 'reply'; readonly reply: HttpReply } | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Asks the hosts of one run, and remembers which of them have shut the door. */
export class PatientGetter {
  readonly #clock: Clock
  readonly #onWait: OnWait
  readonly #shut = new Map<string, Refusal>()

  constructor(clock: Clock, onWait: OnWait) {
    this.#clock = clock
    this.#onWait = onWait
  }

  /** Why this host is not asked any more; undefined while it is. */
  shut(url: string): Refusal | undefined {
    return this.#shut.get(doorOf(url))
  }

  /**
   * Carries out `send` until there is an answer: a success, 404 or 416 as a reply, everything else explained. `send` is
   * called for each attempt; `progressed` tells whether the last one got anywhere, which earns it new attempts.
   */
  async get(
    url: string,
    send: () => Promise<HttpOutcome>,
    progressed: () => boolean = () => false,
  ): Promise<PatientOutcome> {
    let faults = 0
    let busy = 0
    for (;;) {
      const shut = this.shut(url)
      if (shut !== undefined) return { kind: 'refused', refusal: shut }
      const outcome = await send()
      if (outcome.kind === 'reply' && isAnswer(outcome.status)) return { kind: 'reply', reply: outcome }

      const refusal = this.#explain(outcome, url)
      if (refusal.kind === 'busy') {
        const wait = refusal.waitMs ?? BUSY_WAIT_MS
        if (++busy >= BUSY_ATTEMPTS || wait > WAIT_MAX_MS) return this.#refuse(url, refusal)
        await this.#wait(`${hostOf(url)} asks for a rest`, wait)
      } else if (refusal.kind === 'server' || refusal.kind === 'unreachable' || refusal.kind === 'broken-off') {
        if (progressed()) faults = 0
        const wait = BACKOFF_MS[faults++]
        if (wait === undefined) return this.#refuse(url, refusal)
        await this.#wait(refusal.message, wait)
      } else return this.#refuse(url, refusal)
    }
  }

  #explain(outcome: HttpOutcome, url: string): Refusal {
    return outcome.kind === 'reply'
      ? explainReply(outcome, url, this.#clock.nowMicros() / 1000)
      : explainFault(outcome, url)
  }

  #refuse(url: string, refusal: Refusal): PatientOutcome {
    if (refusal.stopsHost) this.#shut.set(doorOf(url), refusal)
    return { kind: 'refused', refusal }
  }

  async #wait(reason: string, milliseconds: number): Promise<void> {
    this.#onWait(reason, milliseconds)
    await this.#clock.sleep(milliseconds)
  }
}

/** A mirror may serve archives and REST from one host: the first folder tells them apart. */
function doorOf(url: string): string {
  return /^[a-z]+:\/\/[^/]+\/[^/]*/i.exec(url)?.[0] ?? url
}

function isAnswer(status: number): boolean {
  return (status >= 200 && status < 300) || status === 404 || status === 416
}
