/**
 * Proof by replay: the recorded inputs of a run go through a fresh engine, and every output must come out as recorded.
 *
 * In: a run's money lane, its tapes, its strategies. Out: a verdict that names the first row which differs. Owns: how
 * inputs are put back in their order (money inputs own their sequence; market records take the places between). An input
 * that was changed after the run is named through the sums that the run kept of its inputs, without the original.
 * Fails: with the tapes' own errors on damage.
 */
import { Engine } from '../../core/engine/engine.ts'
import type { StrategyDefinition } from '../../core/strategy/contract.ts'
import { CHECKPOINT, END, INPUT_DIGEST } from '../../core/tape/kinds.ts'
import { OUTPUT_KINDS, ROW_SLOTS, ROW_WORDS, SEQUENCE } from '../../core/tape/layout.ts'
import type { RowBuffer } from '../../core/tape/row-buffer.ts'
import { recordRows } from '../../core/tape/row-buffer.ts'
import { hashBytes } from '../../core/tape/state.ts'
import type { RunConfig } from '../run/run-config.ts'
import { rowDifference } from './difference.ts'
import type { Difference } from './difference.ts'
import { findInput, isMoneyInput, isUsedMarketRow, skipMarketRows, suspectsOf } from './find-input.ts'
import type { Suspects } from './find-input.ts'
import type { RecordReader } from './record-reader.ts'
import { sameBytes } from './same-bytes.ts'

/** What a replay found. `difference` is undefined when everything came out as recorded. */
export interface Verdict {
  /** Sequence of the first input that was replayed: 0, or that behind the checkpoint. */
  readonly from: number
  readonly inputs: number
  readonly outputs: number
  readonly stateHash: string
  readonly difference?: Difference
}

/** A state to begin with instead of the run's beginning. */
export interface Checkpoint {
  readonly number: number
  readonly state: Uint8Array
}

/** What is replayed; `money` and `market` open the run's lanes at their beginnings, each time they are called. */
export interface ReplayParts {
  readonly config: RunConfig
  readonly definitions: readonly StrategyDefinition[]
  money(): Promise<RecordReader>
  market(): Promise<RecordReader>
  /** Without it, from the beginning. */
  readonly checkpoint?: Checkpoint
  /** Called when the engine is made, before the first row. */
  readonly prepared?: (engine: Engine) => void
  progress?(inputs: number): void
}

/** Replays a run, or what lies behind a checkpoint. Throws the tapes' errors, and RangeError for an unknown checkpoint. */
export async function replayRun(parts: ReplayParts): Promise<Verdict> {
  const money = await parts.money()
  const market = await parts.market()
  try {
    return await new Replay(parts, money, market).run()
  } finally {
    await money.close()
    await market.close()
  }
}

class Replay {
  readonly #parts: ReplayParts
  readonly #engine: Engine
  readonly #money: RecordReader
  readonly #market: RecordReader
  /** The first difference among outputs; that of an input in the same stretch would be its cause and goes first. */
  #output: Difference | undefined
  #nextOutput = 0
  #from = 0

  constructor(parts: ReplayParts, money: RecordReader, market: RecordReader) {
    this.#parts = parts
    this.#engine = new Engine(parts.config.engine, parts.definitions)
    this.#money = money
    this.#market = market
  }

  async run(): Promise<Verdict> {
    const engine = this.#engine
    this.#parts.prepared?.(engine)
    const begun = await this.#begin()
    if (begun !== undefined) return this.#verdict(begun)
    let rows = 0
    for (; this.#money.loaded || (await this.#money.ready()); this.#money.advance()) {
      const { buffer, row } = this.#money
      const kind = buffer.u8[row * 64] as number
      const difference = await this.#take(kind, buffer, row)
      if (difference !== undefined || kind === END.kind) return this.#verdict(difference)
      if (++rows % 1000 === 0) this.#parts.progress?.(engine.sequence[0] as number)
    }
    return this.#verdict(this.#output ?? this.#cutOff())
  }

  /** Goes to the checkpoint, if one is given: rows before it are passed over, its state is that of the engine. */
  async #begin(): Promise<Difference | undefined> {
    const { checkpoint, config } = this.#parts
    if (checkpoint === undefined) return undefined
    let inputs = 0
    for (; this.#money.loaded || (await this.#money.ready()); this.#money.advance()) {
      const { buffer, row } = this.#money
      if (isMoneyInput(buffer, row)) inputs++
      if (buffer.u8[row * 64] !== CHECKPOINT.kind) continue
      if (buffer.f64[row * ROW_SLOTS + CHECKPOINT.number] !== checkpoint.number) continue
      const after = buffer.f64[row * ROW_SLOTS + SEQUENCE] as number
      const hash = hashBytes(checkpoint.state)
      if (hash !== hashAt(buffer, row, CHECKPOINT.hash)) return stateDifference(buffer, row, CHECKPOINT.hash, hash)
      this.#engine.load(checkpoint.state)
      this.#from = after + 1
      this.#money.advance()
      await skipMarketRows(config, this.#market, after + 1 - inputs)
      return undefined
    }
    throw new RangeError(`the run names no checkpoint ${checkpoint.number}`)
  }

  async #take(kind: number, buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    if (isMoneyInput(buffer, row)) return this.#moneyInput(buffer, row)
    if (kind >= OUTPUT_KINDS.first && kind <= OUTPUT_KINDS.last) return this.#recordedOutput(buffer, row)
    if (kind === INPUT_DIGEST.kind) return this.#checkStretch(buffer, row)
    if (kind === CHECKPOINT.kind) return this.#checkState(buffer, row, CHECKPOINT.hash)
    if (kind === END.kind) return this.#checkState(buffer, row, END.hash)
    return undefined
  }

  /** Plays market records up to the place of a money input, then the input itself. */
  async #moneyInput(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    const missing = await this.#playMarket(buffer.f64[row * ROW_SLOTS + SEQUENCE] as number)
    if (missing !== undefined) return missing
    this.#step(buffer, row)
    return undefined
  }

  /** Plays market records until `sequence` is the next input's. */
  async #playMarket(sequence: number): Promise<Difference | undefined> {
    const engine = this.#engine
    const market = this.#market
    for (; (engine.sequence[0] as number) < sequence; market.advance()) {
      if (!market.loaded && !(await market.ready())) return this.#output ?? this.#tapesEnd()
      if (!isUsedMarketRow(this.#parts.config, market.buffer, market.row)) continue
      this.#step(market.buffer, market.row)
    }
    return undefined
  }

  /**
   * Gives the engine an input. Once an output differed the engine is on another course and could choke on what was
   * recorded; up to the end of the stretch inputs are then summed only, to tell whether one of them was the cause.
   */
  #step(buffer: RowBuffer, row: number): void {
    const engine = this.#engine
    this.#noExtraOutputs()
    if (this.#output === undefined) {
      try {
        engine.step(buffer, row)
        return
      } catch (error) {
        // The sums are the first thing that a step sees to.
        const replayed = `the engine cannot take it: ${error instanceof Error ? error.message : String(error)}`
        this.#output = { ...this.#shown(buffer, row), replayed }
      }
    } else engine.inputDigest.take(buffer, row, recordRows(buffer, row))
    engine.sequence[0] = (engine.sequence[0] as number) + 1
  }

  /** A recorded output: the input that caused it is played if it was not yet, and its output compared byte for byte. */
  async #recordedOutput(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    if (this.#output !== undefined) return undefined
    const missing = await this.#playMarket((buffer.f64[row * ROW_SLOTS + SEQUENCE] as number) + 1)
    if (missing !== undefined || this.#output !== undefined) return missing
    const { rows } = this.#engine.outputs
    const at = this.#nextOutput
    const none = at >= rows.length
    if (none || !sameBytes(buffer, row, rows, at)) {
      const replayed = none ? undefined : { buffer: rows, row: at }
      this.#output = rowDifference({ buffer, row }, replayed, this.#parts.config.engine.instruments)
    } else this.#nextOutput += recordRows(rows, at)
    return undefined
  }

  /** Before the next input, every output of the last one must have been met on the tape. */
  #noExtraOutputs(): void {
    const { outputs } = this.#engine
    if (this.#nextOutput < outputs.rows.length)
      this.#output ??= rowDifference(
        undefined,
        { buffer: outputs.rows, row: this.#nextOutput },
        this.#parts.config.engine.instruments,
      )
    outputs.clear()
    this.#nextOutput = 0
  }

  /** Compares the sums over a stretch of inputs; the first changed input is named. */
  async #checkStretch(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    const at = row * ROW_SLOTS
    const first = buffer.f64[at + INPUT_DIGEST.firstSequence] as number
    const count = buffer.f64[at + INPUT_DIGEST.count] as number
    const missing = await this.#playMarket(first + count)
    const { inputDigest, sequence } = this.#engine
    const end = (row + recordRows(buffer, row)) * ROW_WORDS
    const recorded = buffer.i32.subarray(row * ROW_WORDS + INPUT_DIGEST.grid * 2, end)
    const suspects = suspectsOf(inputDigest.grid, recorded)
    if (suspects !== undefined && first === (sequence[0] as number) - inputDigest.count)
      return this.#changedInput(first, suspects)
    if (missing !== undefined) return missing
    inputDigest.fold()
    const word = row * ROW_WORDS + INPUT_DIGEST.hash * 2
    const [low, high] = inputDigest.state
    if (suspects !== undefined || buffer.i32[word] !== low || buffer.i32[word + 1] !== high)
      return { ...this.#shown(buffer, row), replayed: 'other sums: the inputs are as they were, this row is not' }
    inputDigest.nextStretch()
    // The inputs are as they were, so a difference found in this stretch is one of the outputs.
    return this.#output
  }

  /** Looks the changed input up in the files. */
  async #changedInput(start: number, { first, last, several }: Suspects): Promise<Difference> {
    const sequence = start + first
    if (last > first) {
      const recorded = `inputs ${sequence} to ${start + last}`
      const replayed = 'other rows: several inputs were changed, and the first of them is among these'
      return { what: 'input', how: 'changed', sequence, last: start + last, recorded, replayed }
    }
    const { config } = this.#parts
    const money = await this.#parts.money()
    const market = await this.#parts.market()
    try {
      const found = await findInput(config, money, market, sequence)
      const replayed = `another row, of which the run kept only its sum${several ? ' (the first of several)' : ''}`
      if (found === undefined) return this.#tapesEnd()
      return { ...this.#shown(found.buffer, found.row), sequence, replayed }
    } finally {
      await money.close()
      await market.close()
    }
  }

  /** A recorded row that is not as it was, to be completed with what it was. */
  #shown(buffer: RowBuffer, row: number): Difference {
    const { instruments } = this.#parts.config.engine
    return { ...rowDifference({ buffer, row }, undefined, instruments), how: 'changed' }
  }

  /** Compares the engine's state with the one whose hash a row of structure has. */
  async #checkState(buffer: RowBuffer, row: number, slot: number): Promise<Difference | undefined> {
    const end = buffer.u8[row * 64] === END.kind
    const inputs = end
      ? (buffer.f64[row * ROW_SLOTS + END.inputs] as number)
      : (buffer.f64[row * ROW_SLOTS + SEQUENCE] as number) + 1
    const missing = await this.#playMarket(inputs)
    if (missing !== undefined) return missing
    if (end) this.#noExtraOutputs()
    if (this.#output !== undefined) return this.#output
    const hash = hashBytes(this.#engine.save())
    return hash === hashAt(buffer, row, slot) ? undefined : stateDifference(buffer, row, slot, hash)
  }

  #tapesEnd(): Difference {
    const sequence = this.#engine.sequence[0] as number
    const replayed = 'nothing: the tapes end before it'
    return { what: 'market row', how: 'missing', sequence, recorded: 'a market row', replayed }
  }

  #cutOff(): Difference {
    const sequence = (this.#engine.sequence[0] as number) - 1
    const recorded = 'nothing: the run has no END row, it was cut off'
    return { what: 'record', how: 'missing', sequence, recorded, replayed: 'an END row' }
  }

  #verdict(difference: Difference | undefined): Verdict {
    const engine = this.#engine
    const verdict = {
      from: this.#from,
      inputs: engine.sequence[0] as number,
      outputs: engine.outputs.count,
      stateHash: hashBytes(engine.save()),
    }
    return difference === undefined ? verdict : { ...verdict, difference }
  }
}

/** 128 bits of a row as hexadecimal digits. */
function hashAt(buffer: RowBuffer, row: number, slot: number): string {
  const word = row * ROW_WORDS + slot * 2
  return Array.from({ length: 4 }, (_, i) => (buffer.u32[word + i] as number).toString(16).padStart(8, '0')).join('')
}

function stateDifference(buffer: RowBuffer, row: number, slot: number, replayed: string): Difference {
  const sequence = buffer.f64[row * ROW_SLOTS + SEQUENCE] as number
  return { what: 'state', how: 'changed', sequence, recorded: hashAt(buffer, row, slot), replayed }
}
