import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { dataFolder, dataRequired, dataTest, recording, whyMissing } from './data.ts'

test('the recordings stand beside the repository unless the environment names a folder', () => {
  assert.equal(dataFolder({}), resolve(import.meta.dirname, '../../../shared/data'))
  assert.equal(dataFolder({ TAPEWRIGHT_DATA: '' }), dataFolder({}))
  assert.equal(dataFolder({ TAPEWRIGHT_DATA: '/somewhere/data' }), resolve('/somewhere/data'))
})

test('a recording that exists has a path, one that does not names file, folder and remedy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapewright-data-'))
  try {
    writeFileSync(join(folder, 'here.csv'), '')
    const environment = { TAPEWRIGHT_DATA: folder }
    assert.equal(recording('here.csv', environment), join(folder, 'here.csv'))
    assert.equal(whyMissing('here.csv', environment), undefined)
    assert.throws(() => recording('gone.csv', environment), {
      message: `no recording gone.csv in ${folder}: set TAPEWRIGHT_DATA to the folder of the recordings`,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('only the value 1 makes recordings required', () => {
  assert.equal(dataRequired({ TAPEWRIGHT_REQUIRE_DATA: '1' }), true)
  assert.equal(dataRequired({ TAPEWRIGHT_REQUIRE_DATA: '0' }), false)
  assert.equal(dataRequired({}), false)
})

dataTest('a data test gets the absolute path of its recording', 'README.md', (file) => {
  assert.equal(file, recording('README.md'))
})
