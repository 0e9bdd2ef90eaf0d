import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FileError, type FilePort } from '../live/ports.ts'
import { nodeFiles } from './files.ts'

function inFolder(name: string, body: (files: FilePort, root: string) => Promise<void>): void {
  void test(name, async () => {
    const root = mkdtempSync(join(tmpdir(), 'tapewright-files-'))
    try {
      await body(nodeFiles(join(root, 'data')), join(root, 'data'))
    } finally {
      rmSync(root, { recursive: true })
    }
  })
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const text = (content: Uint8Array | undefined): string | undefined => content && Buffer.from(content).toString()

inFolder('what is absent is undefined, not an error', async (files) => {
  assert.deepEqual(await files.list(''), [])
  assert.equal(await files.size('a/b'), undefined)
  assert.equal(await files.read('a/b'), undefined)
  assert.equal(await files.sha256('a/b'), undefined)
  await files.remove('a/b')
})

inFolder('a written file replaces the old one and leaves nothing beside it', async (files, root) => {
  await files.write('x/y/z.txt', bytes('old and longer'))
  await files.write('x/y/z.txt', bytes('new'))
  assert.equal(text(await files.read('x/y/z.txt')), 'new')
  assert.deepEqual(readdirSync(join(root, 'x/y')), ['z.txt'])
  assert.equal(await files.sha256('x/y/z.txt'), createHash('sha256').update('new').digest('hex'))
})

inFolder('appending begins at the offset and cuts what is behind it', async (files, root) => {
  for (const [offset, piece] of [
    [0, 'abcdef'],
    [3, 'XY'],
    [5, '!'],
  ] as const) {
    const file = await files.append('part', offset)
    await file.write(bytes(piece))
    await file.close()
  }
  assert.equal(readFileSync(join(root, 'part'), 'utf8'), 'abcXY!')
})

inFolder('the list is recursive, sorted and has sizes', async (files, root) => {
  await files.write('b/2', bytes('22'))
  await files.write('a/1', bytes('1'))
  await files.write('b/c/3', bytes('333'))
  mkdirSync(join(root, 'empty'))
  assert.deepEqual(await files.list(''), [
    { path: 'a/1', bytes: 1 },
    { path: 'b/2', bytes: 2 },
    { path: 'b/c/3', bytes: 3 },
  ])
  assert.deepEqual(
    (await files.list('b')).map(({ path }) => path),
    ['b/2', 'b/c/3'],
  )
})

inFolder('a path that leaves the folder is refused', async (files, root) => {
  await files.write('inside', bytes('x'))
  for (const path of ['../outside', 'a/../../outside', '/etc/outside']) {
    await assert.rejects(files.write(path, bytes('x')), FileError)
  }
  assert.ok(!existsSync(join(root, '../outside')))
})

inFolder('a refusal of the disk names the file and the remedy', async (files, root) => {
  mkdirSync(root)
  writeFileSync(join(root, 'file'), '')
  await assert.rejects(files.write('file/below', bytes('x')), (error: unknown) => {
    assert.ok(error instanceof FileError)
    assert.equal(error.path, 'file/below')
    assert.match(error.message, /file.*: a part of the path is a file: remove it or choose another folder$/)
    return true
  })
})
