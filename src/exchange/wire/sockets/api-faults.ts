/**
 * Ordered faults on the WebSocket API: replies that never come, come late, or say something else than what happened.
 * In: requests on their way to be answered, and the board of faults. Out: what the faults leave of the replies. Faults know
 * these requests by the method `WS` and the API's own method as path.
 */
import type { FaultBoard, FaultOrder } from '../faults.ts'
import { errorText, type ApiRequest } from './api-message.ts'

const METHOD = 'WS'
const BEFORE = ['drop-before', 'delay-before', 'refuse']
const AFTER = ['drop-after', 'delay-after', 'mask']

export class ApiFaults {
  readonly #board: FaultBoard
  readonly #venue: string
  readonly #wait: (milliseconds: number) => Promise<void>

  /** `wait` resolves after so many milliseconds. */
  constructor(board: FaultBoard, venue: string, wait: (milliseconds: number) => Promise<void>) {
    this.#board = board
    this.#venue = venue
    this.#wait = wait
  }

  /** Has the request answered, unless a fault keeps it from that, and says what the client shall hear. */
  pass(request: ApiRequest, answer: () => string, say: (reply: string) => void): void {
    if (this.#board.isEmpty) return say(answer())
    const fault = this.#strike(BEFORE, request)
    if (fault?.kind === 'drop-before') return
    if (fault?.kind === 'refuse') return say(replyOf(fault, request))
    if (fault?.kind === 'delay-before') return this.#later(fault, () => this.#after(request, answer, say))
    this.#after(request, answer, say)
  }

  #after(request: ApiRequest, answer: () => string, say: (reply: string) => void): void {
    const reply = answer()
    const fault = this.#strike(AFTER, request)
    if (fault?.kind === 'drop-after') return
    if (fault?.kind === 'mask') return say(replyOf(fault, request))
    if (fault?.kind === 'delay-after') return this.#later(fault, () => say(reply))
    say(reply)
  }

  #strike(kinds: readonly string[], { method }: ApiRequest): FaultOrder | undefined {
    return this.#board.strike(kinds, this.#venue, METHOD, method)
  }

  #later(fault: FaultOrder, run: () => void): void {
    void this.#wait(fault.milliseconds).then(run)
  }
}

function replyOf({ status, code, message }: FaultOrder, { id }: ApiRequest): string {
  return errorText(id, { status, code, message }, undefined)
}
