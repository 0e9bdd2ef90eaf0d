/** The exchange in a box, with its real venues, is a function of its seed and what comes in. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { StateReader, StateWriter } from '../../src/core/tape/state.ts'
import { newSessionBox, sessionScript } from '../../src/testing/box-session.ts'

const SESSION = fileURLToPath(new URL('../../src/testing/box-session.ts', import.meta.url))
const run = promisify(execFile)

void test('same seed and same requests give one hash of events and state in two processes', async () => {
  const [first, second] = await Promise.all([0, 1].map(() => run(process.execPath, [SESSION])))
  assert.match(first?.stdout ?? '', /^\d{5,} [0-9a-f]{32} [0-9a-f]{32}\n$/)
  assert.equal(first?.stdout, second?.stdout)
})

void test('a snapshot at any place and the commands since give the same end', () => {
  const script = sessionScript(9, 200)
  const whole = newSessionBox(9)
  const snapshots: Uint8Array[] = []
  script.forEach(([time, command], at) => {
    whole.take(time, command)
    if (at % 50 !== 49) return
    const writer = new StateWriter()
    whole.save(writer)
    snapshots.push(writer.finish())
  })
  assert.ok(whole.futures.tradesOf(14, { limit: 1000 }).length > 10, 'users traded')
  snapshots.forEach((bytes, place) => {
    const again = newSessionBox(9)
    const reader = new StateReader(bytes)
    again.load(reader)
    reader.finish()
    for (const [time, command] of script.slice((place + 1) * 50)) again.take(time, command)
    assert.equal(again.digest(), whole.digest(), `from snapshot ${place}`)
    assert.equal(again.stateHash(), whole.stateHash(), `from snapshot ${place}`)
  })
})

void test('no asset appears or vanishes at either venue but by deposits and fees', () => {
  const box = newSessionBox(5)
  for (const [time, command] of sessionScript(5, 200)) box.take(time, command)
  box.spot.assets.forEach((asset, number) => assert.equal(box.spot.state.balances.imbalance(number), 0n, asset))
  box.futures.state.wallets.ledger.assertBalanced()
})
