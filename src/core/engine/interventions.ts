/**
 * What stops strategies from outside: the operator's commands, limits that are reached, a strategy's own failure.
 *
 * In: commands, changes of the check's standing reasons, errors of handlers. Out: withdrawn quotes and wishes, STRATEGY_FAILED
 * rows. Stopping means that nothing more is opened: what rests and would open is cancelled, what closes and protects stays.
 */
import { AssertionError } from '../assert.ts'
import type { PreTradeCheck } from '../risk/pre-trade-check.ts'
import { BLOCK, COMMAND, STRATEGY_FAILED } from '../tape/kinds.ts'
import { NO_INSTRUMENT } from '../tape/layout.ts'
import type { OutputWriter } from './output-writer.ts'
import type { Roster, Runner } from './roster.ts'
import type { Wishes } from './wishes.ts'

export interface InterventionParts {
  readonly check: PreTradeCheck
  readonly wishes: Wishes
  readonly roster: Roster
  readonly outputs: OutputWriter
  readonly instruments: number
  /** Keys: strategies times instruments. */
  readonly keys: number
  /** [0] sequence of the input at hand. */
  readonly sequence: Float64Array
}

export class Interventions {
  /** The check's `standing` that the wishes know of. */
  standing = 0
  readonly #parts: InterventionParts

  constructor(parts: InterventionParts) {
    this.#parts = parts
  }

  /** Carries out a COMMAND; returns false for one of a later build. */
  command(command: number, instrument: number): boolean {
    const { check, wishes, keys, instruments } = this.#parts
    switch (command) {
      case COMMAND.pause:
        check.standing |= BLOCK.paused
        return true
      case COMMAND.resume:
        check.standing &= ~BLOCK.paused
        return true
      case COMMAND.kill:
        check.standing |= BLOCK.killed
        return true
      case COMMAND.close:
      case COMMAND.flatten:
        for (let key = 0; key < keys; key++)
          if (command === COMMAND.flatten || key % instruments === instrument) wishes.flatten(key)
        return true
      default:
        return false
    }
  }

  /** A pause, the kill switch or the day's loss began or ended. */
  onStanding(): void {
    const { check, wishes, keys } = this.#parts
    const begun = check.standing & ~this.standing
    this.standing = check.standing
    if (begun === 0) return
    for (let key = 0; key < keys; key++) wishes.withdraw(key)
  }

  /** A handler threw: its strategy is paused and the failure written down. A bug of ours is no fault of its own. */
  failed(runner: Runner, error: unknown): void {
    if (error instanceof AssertionError) throw error
    const { roster, outputs, sequence } = this.#parts
    roster.fail(runner, sequence, error)
    const row = outputs.add(STRATEGY_FAILED.kind, 0, NO_INSTRUMENT, 0)
    outputs.rows.u16[row * 32 + STRATEGY_FAILED.strategyByte / 2] = runner.index
    this.pause(runner)
  }

  /** Pauses a strategy; one that this session does not have is nobody. */
  pause(runner: Runner | undefined): void {
    if (runner === undefined) return
    const { wishes, instruments } = this.#parts
    runner.paused = true
    for (const instrument of runner.context.instruments) wishes.withdraw(runner.index * instruments + instrument)
  }
}
