/**
 * Why each order was given: the reason of the signal behind it, or what else made it.
 *
 * In: output rows in their order. Out: small numbers for reasons, and their words. Owns: the last wish per position key.
 */
import {
  INTENT,
  OPERATOR,
  ORDER_FLAGS,
  ORDER_TYPE,
  SIGNAL,
  STRATEGY_FAILED,
  STRATEGY_PAUSED,
  TEXT,
} from '../../core/tape/kinds.ts'
import { CAUSE, ROW_SLOTS, ROW_WORDS, SEQUENCE } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { readText } from '../../core/tape/text-record.ts'

/** Distinct reasons that are told apart; a strategy that numbers its reasons must not fill the memory. */
const MOST_REASONS = 500
/** Longer reasons are cut. */
const LONGEST = 80

export class OrderReasons {
  readonly #names: string[] = []
  readonly #numbers: Map<string, number> = new Map()
  /** Number of the reason by the number of its TEXT row. */
  readonly #ofText: Map<number, number> = new Map()
  /** By position key: the reason of the last wish plus one (0: none), and the input that caused its signal. */
  readonly #wish: Uint32Array
  readonly #signalCause: Float64Array
  readonly #unknown: number
  readonly #many: number
  readonly #target: number
  readonly #quote: number
  readonly #stop: number
  readonly #takeProfit: number
  readonly #operator: number
  readonly #failed: number
  #operatorCause = -1
  #failedCause = -1

  constructor(keys: number) {
    this.#wish = new Uint32Array(keys)
    this.#signalCause = new Float64Array(keys).fill(-1)
    this.#unknown = this.#number('unknown')
    this.#many = this.#number('other reasons')
    this.#target = this.#number('target')
    this.#quote = this.#number('quote')
    this.#stop = this.#number('stop')
    this.#takeProfit = this.#number('take-profit')
    this.#operator = this.#number('operator')
    this.#failed = this.#number('strategy failed')
  }

  nameOf(reason: number): string {
    return this.#names[reason] ?? 'unknown'
  }

  /** Number of an order of nobody. */
  get unknown(): number {
    return this.#unknown
  }

  text(buffer: RowBuffer, row: number): void {
    const text = readText(buffer, row, TEXT.textBytesByte).slice(0, LONGEST)
    const reason = this.#number(text)
    // Texts beyond the limit need no place of their own: what is not found is one of them.
    if (reason !== this.#many) this.#ofText.set(buffer.u32[row * ROW_WORDS + TEXT.textByte / 4] as number, reason)
  }

  signal(buffer: RowBuffer, row: number, key: number): void {
    const text = buffer.u32[row * ROW_WORDS + SIGNAL.reasonByte / 4] as number
    const missing = text > 0 && this.#names.length >= MOST_REASONS ? this.#many : this.#unknown
    this.#wish[key] = (this.#ofText.get(text) ?? missing) + 1
    this.#signalCause[key] = buffer.f64[row * ROW_SLOTS + CAUSE] as number
  }

  /** A target that no signal of the same input explains was set by hand, by a failure, or by the strategy itself. */
  target(buffer: RowBuffer, row: number, key: number): void {
    const cause = buffer.f64[row * ROW_SLOTS + CAUSE] as number
    if (this.#signalCause[key] === cause) return
    const own = cause === this.#failedCause ? this.#failed : this.#target
    this.#wish[key] = (cause === this.#operatorCause ? this.#operator : own) + 1
  }

  /** Notes rows that withdraw wishes: OPERATOR, STRATEGY_PAUSED and STRATEGY_FAILED. */
  intervention(buffer: RowBuffer, row: number, kind: number): void {
    const at = row * ROW_SLOTS
    if (kind === OPERATOR.kind) this.#operatorCause = buffer.f64[at + SEQUENCE] as number
    else if (kind === STRATEGY_PAUSED.kind) this.#failedCause = buffer.f64[at + SEQUENCE] as number
    else if (kind === STRATEGY_FAILED.kind) this.#failedCause = buffer.f64[at + CAUSE] as number
  }

  /** The reason behind an INTENT row of `key`. */
  ofIntent(buffer: RowBuffer, row: number, key: number): number {
    if (((buffer.u8[row * 64 + 1] as number) & ORDER_FLAGS.protective) !== 0) {
      const type = buffer.u8[row * 64 + INTENT.typeByte] as number
      return type === ORDER_TYPE.stopMarket || type === ORDER_TYPE.stopLimit ? this.#stop : this.#takeProfit
    }
    // Quotes are the only orders that neither a signal nor a target precedes.
    const wish = this.#wish[key] as number
    return wish === 0 ? this.#quote : wish - 1
  }

  #number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    if (this.#names.length >= MOST_REASONS) return this.#many
    const number = this.#names.push(name) - 1
    this.#numbers.set(name, number)
    return number
  }
}
