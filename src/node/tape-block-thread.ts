/**
 * Blocks of sealed segments by way of a thread of their own, so that whoever uses the rows does nothing but that.
 *
 * In: segments, one after the other. Out: their row buffers, whose memory is handed over, not copied. Owns: the worker and
 * the blocks on their way. Fails: with the TapeError that the worker met, at the block where it met it.
 */
import { Worker } from 'node:worker_threads'
import { RowBuffer } from '../core/tape/row-buffer.ts'
import { TapeError } from '../core/tape/tape-error.ts'
import type { BlockReader, LoadedBlock } from './tape-blocks.ts'
import type { SegmentFile } from './tape-segment-file.ts'

/** To the worker: another segment, or its next block. */
export type BlockRequest = { readonly kind: 'open'; readonly segment: SegmentFile } | { readonly kind: 'next' }

/** From the worker: one for each `next`. */
export type BlockAnswer =
  | { readonly kind: 'block'; readonly buffer: ArrayBuffer; readonly length: number; readonly firstSequence: number }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'damage'
      readonly file: string
      readonly block: number | undefined
      readonly offset: number | undefined
      readonly problem: string
      readonly remedy: string
    }

/** Below this many rows a thread takes longer to start than it saves. */
export const THREAD_ROWS = 1_000_000
/** Blocks asked for and not used yet. */
const AHEAD = 4

const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? 'tape-block-worker.ts' : 'tape-block-worker.js',
  import.meta.url,
)

/** The thread that reads the sealed segments of one tape. */
export class BlockThread {
  readonly #worker: Worker = new Worker(WORKER)
  readonly #answers: BlockAnswer[] = []
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor() {
    this.#worker.on('message', (answer: BlockAnswer) => {
      this.#answers.push(answer)
      this.#wake?.()
    })
    this.#worker.on('error', (error: Error) => {
      this.#failure = error
      this.#wake?.()
    })
  }

  /** Begins a segment; the one before must have been read to its end. */
  open(segment: SegmentFile): BlockReader {
    this.#ask({ kind: 'open', segment })
    for (let i = 0; i < AHEAD; i++) this.#ask({ kind: 'next' })
    return { next: () => this.#next(), close: () => this.#drain() }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  async #next(): Promise<LoadedBlock | undefined> {
    const answer = await this.#answer()
    this.#ask({ kind: 'next' })
    if (answer.kind === 'block') {
      const rows = new RowBuffer(answer.length, answer.buffer)
      rows.length = answer.length
      return { rows, firstSequence: answer.firstSequence }
    }
    if (answer.kind === 'end') return undefined
    const { file, block, offset } = answer
    const place = { file, ...(block === undefined ? {} : { block }), ...(offset === undefined ? {} : { offset }) }
    throw new TapeError(place, answer.problem, answer.remedy)
  }

  /** Behind a segment's end, takes in what was asked for beyond it. */
  async #drain(): Promise<void> {
    for (let i = 0; i < AHEAD; i++) await this.#answer()
  }

  async #answer(): Promise<BlockAnswer> {
    // A turn of the event loop lets answers in; only a reader that is ahead of the worker has to wait.
    if (this.#answers.length === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#answers.length === 0) {
      if (this.#failure !== undefined) throw this.#failure
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return this.#answers.shift() as BlockAnswer
  }

  #ask(request: BlockRequest): void {
    this.#worker.postMessage(request)
  }
}
