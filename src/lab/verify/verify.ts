/**
 * Proof by replay: the recorded inputs of a run go through a fresh engine, and every output must come out as recorded.
 *
 * In: a run's money lane, its tapes, its strategies. Out: a verdict that names the first row which differs. Owns: how
 * inputs are put back in their order (money inputs own their sequence; market records take the places between). An input
 * that was changed after the run is named through the sums that the run kept of its inputs, without the original.
 */
import { Engine } from '../../core/engine/engine.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { StrategyDefinition } from '../../core/strategy/contract.ts'
import { locateDifference } from '../../core/tape/digest.ts'
import { END, INPUT_DIGEST } from '../../core/tape/kinds.ts'
import {
  APPEND_TIME,
  MARKET_KINDS,
  MONEY_KINDS,
  OUTPUT_KINDS,
  ROW_SLOTS,
  ROW_WORDS,
  SEQUENCE,
} from '../../core/tape/layout.ts'
import { printRow } from '../../core/tape/print.ts'
import { RowBuffer, recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSource } from '../../core/tape/source.ts'
import { hashBytes } from '../../core/tape/state.ts'
import type { RunConfig } from '../run/run-config.ts'
import { RecordReader } from './record-reader.ts'

/** What a replay found. `difference` is undefined when everything came out as recorded. */
export interface Verdict {
  readonly inputs: number
  readonly outputs: number
  readonly stateHash: string
  readonly difference?: Difference
}

export interface Difference {
  readonly what: 'input' | 'output' | 'missing output' | 'extra output' | 'state' | 'missing input' | 'fill'
  /** Sequence of the input that was changed, or whose outputs differ. */
  readonly sequence: number
  readonly recorded: string
  readonly replayed: string
}

/** Rows of one stretch that are kept so that a changed input can be printed. */
const KEPT_ROWS = 1 << 18

/** Replays a run. Throws the tapes' own errors on damage. */
export async function replayRun(
  config: RunConfig,
  definitions: readonly StrategyDefinition[],
  money: TapeSource,
  market: TapeSource,
  progress: (rows: number) => void = () => undefined,
): Promise<Verdict> {
  const replay = new Replay(config, definitions, new RecordReader(money), new RecordReader(market))
  return replay.run(progress)
}

class Replay {
  readonly #engine: Engine
  readonly #instruments: readonly Instrument[]
  readonly #money: RecordReader
  readonly #market: RecordReader
  readonly #from: number
  readonly #to: number
  #output: Difference | undefined
  /** Inputs of the stretch at hand, for naming the one that was changed. */
  readonly #stretch: RowBuffer = new RowBuffer(KEPT_ROWS)
  readonly #stretchRows: number[] = []

  constructor(
    config: RunConfig,
    definitions: readonly StrategyDefinition[],
    money: RecordReader,
    market: RecordReader,
  ) {
    this.#engine = new Engine(config.engine, definitions)
    this.#instruments = config.engine.instruments
    this.#money = money
    this.#market = market
    this.#from = config.from
    this.#to = config.to
  }

  async run(progress: (rows: number) => void): Promise<Verdict> {
    const engine = this.#engine
    let rows = 0
    while (this.#money.loaded || (await this.#money.ready())) {
      const { buffer, row } = this.#money
      const kind = buffer.u8[row * 64] as number
      const difference = await this.#take(kind, buffer, row)
      if (difference !== undefined) return this.#verdict(difference)
      if (kind !== END.kind) this.#money.advance()
      else return this.#verdict(this.#output)
      if (++rows % 100_000 === 0) progress(engine.sequence[0] as number)
    }
    return this.#verdict(
      this.#output ?? {
        what: 'state',
        sequence: engine.sequence[0] as number,
        recorded: 'the run has no END row: it was cut off',
        replayed: '',
      },
    )
  }

  async #take(kind: number, buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    if (kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last) return this.#moneyInput(buffer, row)
    if (kind >= OUTPUT_KINDS.first && kind <= OUTPUT_KINDS.last) return this.#recordedOutput(buffer, row)
    if (kind === INPUT_DIGEST.kind) return this.#checkStretch(buffer, row)
    if (kind === END.kind) return this.#checkEnd(buffer, row)
    return undefined
  }

  /** Plays market records up to the place of a money input, then the input itself. */
  async #moneyInput(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    const sequence = buffer.f64[row * ROW_SLOTS + SEQUENCE] as number
    const missing = await this.#playMarket(sequence)
    if (missing !== undefined) return missing
    this.#noExtraOutputs()
    this.#step(buffer, row)
    return undefined
  }

  /** Plays market records until `sequence` is the next input's. */
  async #playMarket(sequence: number): Promise<Difference | undefined> {
    const engine = this.#engine
    while ((engine.sequence[0] as number) < sequence) {
      if (!this.#market.loaded && !(await this.#market.ready()))
        return (
          this.#output ?? {
            what: 'missing input',
            sequence: engine.sequence[0] as number,
            recorded: 'a market row',
            replayed: 'the tapes end before it',
          }
        )
      const { buffer, row } = this.#market
      const time = buffer.f64[row * ROW_SLOTS + APPEND_TIME] as number
      if ((buffer.u8[row * 64] as number) <= MARKET_KINDS.last && time >= this.#from && time <= this.#to) {
        this.#noExtraOutputs()
        this.#step(buffer, row)
      }
      this.#market.advance()
    }
    return undefined
  }

  #step(buffer: RowBuffer, row: number): void {
    if (this.#stretch.hasRoom(recordRows(buffer, row))) this.#stretchRows.push(this.#stretch.appendRecord(buffer, row))
    this.#engine.step(buffer, row)
    this.#nextOutput = 0
  }

  #nextOutput = 0

  /** A recorded output: the input that caused it is played if it was not yet, and its output compared byte for byte. */
  async #recordedOutput(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    if (this.#output !== undefined) return undefined
    const cause = buffer.f64[row * ROW_SLOTS + SEQUENCE] as number
    const missing = await this.#playMarket(cause + 1)
    if (missing !== undefined) return missing
    const { rows } = this.#engine.outputs
    const at = this.#nextOutput
    if (at >= rows.length) {
      this.#output ??= {
        what: 'missing output',
        sequence: cause,
        recorded: printRow(buffer, row, this.#instruments),
        replayed: 'nothing',
      }
      return undefined
    }
    const size = recordRows(buffer, row)
    if (!sameBytes(buffer, row, rows, at, size))
      this.#output ??= {
        what: 'output',
        sequence: cause,
        recorded: printRow(buffer, row, this.#instruments),
        replayed: printRow(rows, at, this.#instruments),
      }
    this.#nextOutput += recordRows(rows, at)
    return undefined
  }

  /** Before the next input, every output of the last one must have been met on the tape. */
  #noExtraOutputs(): void {
    const { outputs, sequence } = this.#engine
    if (this.#nextOutput < outputs.rows.length)
      this.#output ??= {
        what: 'extra output',
        sequence: (sequence[0] as number) - 1,
        recorded: 'nothing',
        replayed: printRow(outputs.rows, this.#nextOutput, this.#instruments),
      }
    outputs.clear()
    this.#nextOutput = 0
  }

  /** Compares the sums over a stretch of inputs; a single changed input is named. */
  async #checkStretch(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    const at = row * ROW_SLOTS
    const first = buffer.f64[at + INPUT_DIGEST.firstSequence] as number
    const count = buffer.f64[at + INPUT_DIGEST.count] as number
    const missing = await this.#playMarket(first + count)
    if (missing !== undefined) return missing
    const { inputDigest } = this.#engine
    inputDigest.fold()
    const word = row * ROW_WORDS + INPUT_DIGEST.hash * 2
    const same = buffer.i32[word] === inputDigest.state[0] && buffer.i32[word + 1] === inputDigest.state[1]
    if (!same) {
      const recordedGrid = buffer.i32.subarray(
        row * ROW_WORDS + INPUT_DIGEST.grid * 2,
        (row + recordRows(buffer, row)) * ROW_WORDS,
      )
      const place = locateDifference(inputDigest.grid, recordedGrid)
      const kept = this.#stretchRows[place]
      return {
        what: 'input',
        sequence: place < 0 ? first : first + place,
        recorded: place < 0 ? `inputs ${first} to ${first + count - 1}` : 'another row',
        replayed:
          place < 0 || kept === undefined
            ? 'more than one of them differs'
            : printRow(this.#stretch, kept, this.#instruments),
      }
    }
    inputDigest.nextStretch()
    this.#stretch.clear()
    this.#stretchRows.length = 0
    // The inputs are as they were, so a difference found in this stretch is one of the outputs.
    return this.#output
  }

  async #checkEnd(buffer: RowBuffer, row: number): Promise<Difference | undefined> {
    const engine = this.#engine
    const missing = await this.#playMarket(buffer.f64[row * ROW_SLOTS + END.inputs] as number)
    if (missing !== undefined) return missing
    this.#noExtraOutputs()
    if (this.#output !== undefined) return this.#output
    const recorded = Array.from({ length: 4 }, (_, i) =>
      (buffer.u32[row * ROW_WORDS + END.hash * 2 + i] as number).toString(16).padStart(8, '0'),
    ).join('')
    const replayed = hashBytes(engine.save())
    return recorded === replayed
      ? undefined
      : { what: 'state', sequence: (engine.sequence[0] as number) - 1, recorded, replayed }
  }

  #verdict(difference: Difference | undefined): Verdict {
    const engine = this.#engine
    const verdict = {
      inputs: engine.sequence[0] as number,
      outputs: engine.outputs.count,
      stateHash: hashBytes(engine.save()),
    }
    return difference === undefined ? verdict : { ...verdict, difference }
  }
}

/** Whether two records are equal, byte for byte. */
export function sameBytes(a: RowBuffer, rowA: number, b: RowBuffer, rowB: number, rows: number): boolean {
  if (recordRows(b, rowB) !== rows) return false
  for (let i = 0; i < rows * ROW_WORDS; i++)
    if (a.i32[rowA * ROW_WORDS + i] !== b.i32[rowB * ROW_WORDS + i]) return false
  return true
}
