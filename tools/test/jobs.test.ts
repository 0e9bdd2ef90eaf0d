import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTestFiles, planJobs } from './jobs.ts'
import { repository } from '../../tests/walls/source.ts'

test('tests of a folder of pure code share a process, all others run alone', () => {
  const files = [
    'src/cli/backtest.test.ts',
    'src/core/number/i128.prop.test.ts',
    'src/core/number/i128.test.ts',
    'src/core/tape/rows.test.ts',
    'src/live/ports.test.ts',
    'src/venues/binance/usdm/depth.test.ts',
    'tests/walls/bans.test.ts',
  ]
  assert.deepEqual(planJobs(files), [
    { name: 'src/core/number', files: ['src/core/number/i128.prop.test.ts', 'src/core/number/i128.test.ts'] },
    { name: 'src/core/tape', files: ['src/core/tape/rows.test.ts'] },
    { name: 'src/live', files: ['src/live/ports.test.ts'] },
    { name: 'src/venues/binance', files: ['src/venues/binance/usdm/depth.test.ts'] },
    { name: 'src/cli/backtest.test.ts', files: ['src/cli/backtest.test.ts'] },
    { name: 'tests/walls/bans.test.ts', files: ['tests/walls/bans.test.ts'] },
  ])
})

test('every test file is in exactly one job', () => {
  const files = findTestFiles(repository, [])
  assert.ok(files.includes('tools/test/jobs.test.ts'))
  assert.deepEqual(
    planJobs(files)
      .flatMap((job) => job.files)
      .sort(),
    files,
  )
})

test('paths choose files by any part of their path', () => {
  assert.deepEqual(findTestFiles(repository, ['./tools/test/jobs']), ['tools/test/jobs.test.ts'])
  assert.deepEqual(findTestFiles(repository, ['no such folder']), [])
})
