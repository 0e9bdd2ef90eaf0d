import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InputError, type InputFile } from '../../live/input-files.ts'
import { lineBlocks } from './line-blocks.ts'

function fileOf(pieces: readonly Uint8Array[], cut?: Error): InputFile {
  return {
    name: 'x',
    async *read() {
      for (const piece of pieces) {
        yield piece
        piece.fill(0) // a piece may be overwritten when the next is asked for
      }
      if (cut !== undefined) throw cut
      await Promise.resolve()
    },
  }
}

/** All blocks as text with their offsets, and the error that ended them. */
async function blocksOf(
  file: InputFile,
): Promise<{ readonly blocks: { text: string; offset: number }[]; readonly error: unknown }> {
  const blocks: { text: string; offset: number }[] = []
  try {
    for await (const { bytes, end, offset } of lineBlocks(file)) {
      blocks.push({ text: Buffer.from(bytes.subarray(0, end)).toString('latin1'), offset })
    }
  } catch (error) {
    return { blocks, error }
  }
  return { blocks, error: undefined }
}

const lines = fc.array(fc.oneof(fc.nat(80), fc.constant(100_000), fc.constant(300_000)), { maxLength: 12 })

test('blocks hold whole lines, together the whole file, however it comes in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 400_000 }), fc.boolean(), async (lengths, size, ended) => {
      const text = lengths.map((length, line) => String(line % 10).repeat(length)).join('\n') + (ended ? '\n' : '')
      const content = Buffer.from(text)
      const pieces: Uint8Array[] = []
      for (let at = 0; at < content.length; at += Math.max(size, 1000))
        pieces.push(Uint8Array.from(content.subarray(at, at + Math.max(size, 1000))))
      const { blocks, error } = await blocksOf(fileOf(pieces))
      assert.equal(error, undefined)
      assert.equal(blocks.map((block) => block.text).join(''), text)
      let offset = 0
      for (const [place, block] of blocks.entries()) {
        assert.equal(block.offset, offset)
        if (place < blocks.length - 1) assert.ok(block.text.endsWith('\n'))
        offset += block.text.length
      }
    }),
    { numRuns: 60 },
  )
})

test('before the error of a file that was cut short come its whole lines', async () => {
  const { blocks, error } = await blocksOf(fileOf([Buffer.from('one\ntwo\nthr')], new InputError('cut short')))
  assert.deepEqual(blocks, [{ text: 'one\ntwo\n', offset: 0 }])
  assert.ok(error instanceof InputError)
})

test('a fault of the program is no fault of the file', async () => {
  const { blocks, error } = await blocksOf(fileOf([Buffer.from('one\n')], new TypeError('bug')))
  assert.deepEqual(blocks, [])
  assert.ok(error instanceof TypeError)
})

test('a file without line breaks is refused before it fills the memory', async () => {
  const piece = new Uint8Array(1 << 24).fill(0x61)
  const endless: InputFile = {
    name: 'x',
    async *read() {
      for (;;) yield await Promise.resolve(piece)
    },
  }
  const { error } = await blocksOf(endless)
  assert.match(String(error), /a line of more than 64 MB begins at byte 0: is this a file of lines\?$/)
})
