/**
 * Forges runs as someone would who knows the format: rows are changed, and whatever the format protects them with is made
 * anew. Checksums and hash chains by the real writer, the sums of inputs and the final state by the code that made them.
 */
import { join } from 'node:path'
import { makeEngine } from '../../src/lab/run/make-run.ts'
import { readRunHead } from '../../src/lab/run/run-result.ts'
import { RecordDigest } from '../../src/core/tape/digest.ts'
import { CHECKPOINT, END, INPUT_DIGEST } from '../../src/core/tape/kinds.ts'
import { MONEY_KINDS, ROW_SLOTS, ROW_WORDS, SEQUENCE } from '../../src/core/tape/layout.ts'
import { printRow } from '../../src/core/tape/print.ts'
import { recordRows, RowBuffer } from '../../src/core/tape/row-buffer.ts'
import { hashBytes } from '../../src/core/tape/state.ts'
import { openTape } from '../../src/node/tape-reader.ts'
import type { OpenTape } from '../../src/node/tape-reader.ts'
import { createTape } from '../../src/node/tape-writer.ts'
import { SHIPPED } from '../../src/strategies/index.ts'

/** A sealed tape in memory, to be changed and written again under its name. */
export class ForgedTape {
  rows: RowBuffer
  readonly #file: string
  readonly #tape: OpenTape

  private constructor(file: string, tape: OpenTape, rows: RowBuffer) {
    this.#file = file
    this.#tape = tape
    this.rows = rows
  }

  static async open(file: string): Promise<ForgedTape> {
    const tape = await openTape(file)
    const blocks: RowBuffer[] = []
    for (let block = await tape.next(); block !== undefined; block = await tape.next()) blocks.push(block)
    const rows = new RowBuffer(blocks.reduce((sum, { length }) => sum + length, 0))
    for (const block of blocks)
      for (let row = 0; row < block.length; row += recordRows(block, row)) rows.appendRecord(block, row)
    await tape.close()
    return new ForgedTape(file, tape, rows)
  }

  /** Rows at which records begin. */
  records(kind?: number): readonly number[] {
    const { rows } = this
    const found: number[] = []
    for (let row = 0; row < rows.length; row += recordRows(rows, row))
      if (kind === undefined || rows.u8[row * 64] === kind) found.push(row)
    return found
  }

  /** The record in the middle of those of a kind. */
  middle(kind: number): number {
    const found = this.records(kind)
    const row = found[Math.floor(found.length / 2)]
    if (row === undefined) throw new Error(`the tape has no rows of kind ${kind}`)
    return row
  }

  add(row: number, slot: number, value: number): void {
    const at = row * ROW_SLOTS + slot
    this.rows.f64[at] = (this.rows.f64[at] as number) + value
  }

  /** Sequence of an input, or that of an output's cause. */
  sequence(row: number): number {
    return this.rows.f64[row * ROW_SLOTS + SEQUENCE] as number
  }

  print(row: number): string {
    return printRow(this.rows, row, this.#tape.instruments)
  }

  /** Leaves a record out, or puts it there twice. */
  repeat(row: number, times: number): void {
    const rows = new RowBuffer(this.rows.length + times * recordRows(this.rows, row))
    for (const one of this.records())
      for (let i = 0; i < (one === row ? times : 1); i++) rows.appendRecord(this.rows, one)
    this.rows = rows
  }

  /** Writes it under its name, with new checksums and a new chain. */
  async write(): Promise<void> {
    const { lane, instruments, origin } = this.#tape
    const tape = await createTape(this.#file, { lane, instruments, origin })
    await tape.append(this.rows)
    await tape.seal()
  }
}

/** A run beside its tape, `market.tape` in the same folder. */
export class ForgedRun {
  readonly folder: string
  readonly money: ForgedTape
  readonly market: ForgedTape

  private constructor(folder: string, money: ForgedTape, market: ForgedTape) {
    this.folder = folder
    this.money = money
    this.market = market
  }

  static async open(base: string): Promise<ForgedRun> {
    const folder = join(base, 'run')
    const money = await ForgedTape.open(join(folder, 'money.tape'))
    return new ForgedRun(folder, money, await ForgedTape.open(join(base, 'market.tape')))
  }

  /** Makes the sums of all stretches anew, as they are for the inputs that stand here now. */
  sumAgain(): void {
    const digest = new RecordDigest()
    const { rows } = this.money
    this.#inputs(
      (buffer, row) => digest.take(buffer, row, recordRows(buffer, row)),
      (row) => {
        if (rows.u8[row * 64] !== INPUT_DIGEST.kind) return
        const word = row * ROW_WORDS
        rows.i32.set(digest.grid, word + INPUT_DIGEST.grid * 2)
        digest.fold()
        rows.i32.set(digest.state, word + INPUT_DIGEST.hash * 2)
        digest.nextStretch()
      },
    )
  }

  /** Makes the hashes of states anew, by an engine that takes the inputs that stand here now. */
  async decideAgain(): Promise<void> {
    const head = await openTape(join(this.folder, 'money.tape'))
    const { config } = await readRunHead(head)
    await head.close()
    const definitions = config.engine.strategies.flatMap(({ name }) => SHIPPED.get(name) ?? [])
    const engine = makeEngine(config, definitions)
    const { rows } = this.money
    this.#inputs(
      (buffer, row) => {
        engine.step(buffer, row)
        engine.outputs.clear()
      },
      (row) => {
        const kind = rows.u8[row * 64]
        if (kind === INPUT_DIGEST.kind) {
          engine.inputDigest.fold()
          engine.inputDigest.nextStretch()
        }
        if (kind !== END.kind && kind !== CHECKPOINT.kind) return
        const hash = hashBytes(engine.save())
        const word = row * ROW_WORDS + (kind === END.kind ? END.hash : CHECKPOINT.hash) * 2
        for (let i = 0; i < 4; i++) rows.u32[word + i] = parseInt(hash.slice(i * 8, i * 8 + 8), 16)
      },
    )
  }

  async write(): Promise<void> {
    await this.money.write()
    await this.market.write()
  }

  /** Walks all inputs in their order, and shows each row of structure when the inputs before it are through. */
  #inputs(input: (buffer: RowBuffer, row: number) => void, structure: (row: number) => void): void {
    const { rows } = this.money
    const market = this.market.records()
    let next = 0
    let taken = 0
    const upTo = (sequence: number): void => {
      for (; next < sequence && taken < market.length; next++) input(this.market.rows, market[taken++] as number)
    }
    for (const row of this.money.records()) {
      const kind = rows.u8[row * 64] as number
      if (kind >= MONEY_KINDS.first && kind <= MONEY_KINDS.last) {
        upTo(this.money.sequence(row))
        input(rows, row)
        next++
      } else if (kind === INPUT_DIGEST.kind || kind === END.kind || kind === CHECKPOINT.kind) {
        upTo(this.money.sequence(row) + 1)
        structure(row)
      }
    }
  }
}
