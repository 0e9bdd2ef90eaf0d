import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BoxStateError, BoxStateFolder } from './box-state.ts'

function newFolder(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'box-state-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens the folder as a new process would. */
function reopen(folder: string): BoxStateFolder {
  rmSync(join(folder, 'in-use'), { force: true })
  return new BoxStateFolder(folder, false)
}

test('lines and time come back without the folder having been closed', (t) => {
  const folder = newFolder(t)
  const state = new BoxStateFolder(folder, true)
  assert.deepEqual(state.recover(), { snapshot: undefined, lines: [], reached: 0, remarks: [] })
  state.append('one')
  state.append('zwei ü')
  state.reach(1_795_216_100_000_123)
  const found = reopen(folder).recover()
  assert.deepEqual(found, {
    snapshot: undefined,
    lines: ['one', 'zwei ü'],
    reached: 1_795_216_100_000_123,
    remarks: [],
  })
})

test('a snapshot takes the place of the lines before it', (t) => {
  const folder = newFolder(t)
  const state = new BoxStateFolder(folder, false)
  state.recover()
  state.append('before')
  state.snapshot(Uint8Array.of(1, 2, 3))
  state.append('after')
  state.close()
  const again = reopen(folder)
  const found = again.recover()
  assert.deepEqual([...(found.snapshot ?? [])], [1, 2, 3])
  assert.deepEqual(found.lines, ['after'])
  again.append('later')
  again.snapshot(Uint8Array.of(4))
  again.snapshot(Uint8Array.of(5))
  again.close()
  assert.deepEqual([...(reopen(folder).recover().snapshot ?? [])], [5])
  assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('snapshot')).length, 2)
})

test('a torn last line is cut off and said so', (t) => {
  const folder = newFolder(t)
  const state = new BoxStateFolder(folder, false)
  state.recover()
  state.append('whole')
  appendFileSync(join(folder, 'journal-00000000'), 'deadbeef to')
  const again = reopen(folder)
  const found = again.recover()
  assert.deepEqual(found.lines, ['whole'])
  assert.equal(found.remarks.length, 1)
  again.append('next')
  assert.deepEqual(reopen(folder).recover().lines, ['whole', 'next'])
})

test('damage in the middle is named by file and line', (t) => {
  const folder = newFolder(t)
  const state = new BoxStateFolder(folder, false)
  state.recover()
  for (const line of ['one', 'two', 'three']) state.append(line)
  const path = join(folder, 'journal-00000000')
  writeFileSync(path, readFileSync(path, 'utf8').replace('two', 'tvo'))
  assert.throws(() => reopen(folder).recover(), { name: 'BoxStateError', message: /journal-00000000:2 is damaged/ })
})

test('a damaged snapshot is passed over for the one before and its journal', (t) => {
  const folder = newFolder(t)
  const state = new BoxStateFolder(folder, false)
  state.recover()
  state.append('a')
  state.snapshot(Uint8Array.of(1))
  state.append('b')
  state.snapshot(Uint8Array.of(2))
  state.append('c')
  const path = join(folder, 'snapshot-00000002')
  const content = readFileSync(path)
  content[content.length - 1] = 9
  writeFileSync(path, content)
  const found = reopen(folder).recover()
  assert.deepEqual([...(found.snapshot ?? [])], [1])
  assert.deepEqual(found.lines, ['b', 'c'])
  assert.equal(found.remarks.length, 1)
})

test('a folder whose process is alive is refused', (t) => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'in-use'), String(process.ppid))
  assert.throws(() => new BoxStateFolder(folder, false), BoxStateError)
  writeFileSync(join(folder, 'in-use'), '4194304')
  new BoxStateFolder(folder, false).close()
})

test('it remembers what runs in the folder', (t) => {
  const folder = newFolder(t)
  const state = new BoxStateFolder(folder, false)
  assert.equal(state.identity(), undefined)
  state.identify('{"seed":1}')
  assert.equal(reopen(folder).identity(), '{"seed":1}')
})
