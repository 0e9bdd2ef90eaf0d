/** The other side of tape-block-thread.ts: reads, checks and inflates the blocks of sealed segments in a thread of its own. */
import { parentPort } from 'node:worker_threads'
import { TapeError } from '../core/tape/tape-error.ts'
import type { BlockAnswer, BlockRequest } from './tape-block-thread.ts'
import { SealedBlocks } from './tape-blocks.ts'

if (parentPort === null) throw new Error('tape-block-worker.ts runs in a worker that tape-block-thread.ts starts')
const port = parentPort
let blocks: SealedBlocks | undefined
/** Requests are answered one after the other, in their order. */
let last: Promise<void> = Promise.resolve()

port.on('message', (request: BlockRequest) => {
  last = last.then(() => answer(request))
})

async function answer(request: BlockRequest): Promise<void> {
  if (request.kind === 'open') {
    await blocks?.close()
    blocks = new SealedBlocks(request.segment)
    return
  }
  try {
    const block = await blocks?.next()
    if (block === undefined) return say({ kind: 'end' })
    const { rows, firstSequence } = block
    say({ kind: 'block', buffer: rows.buffer, length: rows.length, firstSequence }, rows.buffer)
  } catch (error) {
    if (!(error instanceof TapeError)) throw error
    const { file, block, offset, problem, remedy } = error
    say({ kind: 'damage', file, block, offset, problem, remedy })
  }
}

function say(message: BlockAnswer, ...transfer: ArrayBuffer[]): void {
  port.postMessage(message, transfer)
}
