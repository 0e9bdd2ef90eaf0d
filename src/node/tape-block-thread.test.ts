/** Blocks that come by way of a thread are those that one reads oneself, damage included. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { TapeError } from '../core/tape/tape-error.ts'
import { bytesOf, marketTape, plainRows, scratchFolder } from '../testing/tape-files.ts'
import { BlockThread } from './tape-block-thread.ts'
import { SealedBlocks, type BlockReader } from './tape-blocks.ts'
import { readSegmentFile } from './tape-segment-file.ts'
import { createTape } from './tape-writer.ts'

async function tape(context: TestContext): Promise<string> {
  const file = join(scratchFolder(context), 'a.tape')
  const writer = await createTape(file, marketTape)
  await writer.append(plainRows(60_000))
  await writer.seal()
  return file
}

/** The blocks up to the end or the damage. */
async function blocksOf(reader: BlockReader): Promise<{ bytes: string[]; sequences: number[]; error: unknown }> {
  const bytes: string[] = []
  const sequences: number[] = []
  try {
    for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
      bytes.push(bytesOf(block.rows).toString('latin1'))
      sequences.push(block.firstSequence)
    }
    return { bytes, sequences, error: undefined }
  } catch (error) {
    return { bytes, sequences, error }
  } finally {
    await reader.close()
  }
}

void test('a thread gives the blocks of one segment after another', async (context) => {
  const segment = await readSegmentFile(await tape(context))
  const thread = new BlockThread()
  const own = await blocksOf(new SealedBlocks(segment))
  assert.equal(own.bytes.length, 8)
  assert.deepEqual(await blocksOf(thread.open(segment)), own)
  assert.deepEqual(await blocksOf(thread.open(segment)), own)
  await thread.close()
})

void test('a thread names the damage that it met, behind the blocks before it', async (context) => {
  const file = await tape(context)
  const segment = await readSegmentFile(file)
  const bytes = readFileSync(file)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] as number) ^ 1
  writeFileSync(file, bytes)
  const own = await blocksOf(new SealedBlocks(segment))
  const thread = new BlockThread()
  const other = await blocksOf(thread.open(segment))
  await thread.close()
  assert.ok(own.error instanceof TapeError && other.error instanceof TapeError)
  assert.equal(other.error.message, own.error.message)
  assert.deepEqual(other.sequences, own.sequences)
})
