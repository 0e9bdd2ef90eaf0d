import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordDigest, STRETCH_RECORDS } from '../../core/tape/digest.ts'
import { CHECKPOINT, END, FILL, INPUT_DIGEST, REFERENCE, SIGNAL } from '../../core/tape/kinds.ts'
import { CAUSE, ROW_SLOTS, ROW_WORDS } from '../../core/tape/layout.ts'
import { RowBuffer, kindOf, recordRows } from '../../core/tape/row-buffer.ts'
import type { TapeSink } from '../../core/tape/source.ts'
import { hashBytes } from '../../core/tape/state.ts'
import { readText } from '../../core/tape/text-record.ts'
import { CHECKPOINT_INPUTS, RunLog } from './run-log.ts'

const SEQUENCE = Float64Array.of(70)
const TIME = Float64Array.of(5000)

/** A sink that keeps records as they come, and what else happened in between. */
function sink(): { readonly sink: TapeSink; readonly rows: RowBuffer; readonly heard: string[] } {
  const rows = new RowBuffer(100_000)
  const heard: string[] = []
  const append = (from: RowBuffer): Promise<void> => {
    for (let row = 0; row < from.length; row += recordRows(from, row)) {
      rows.appendRecord(from, row)
      heard.push(`row ${kindOf(from, row)}`)
    }
    return Promise.resolve()
  }
  return { sink: { append, seal: () => Promise.resolve({ rows: rows.length, hash: '' }) }, rows, heard }
}

test('records are written as they were, in their order, raw rows included', async () => {
  const out = sink()
  const log = new RunLog(out.sink)
  const from = new RowBuffer(8)
  from.append(SIGNAL.kind, 1, 0, 0, 0)
  from.append(FILL.kind, 2, 0, 0, 1)
  from.i32.fill(-1, 2 * ROW_WORDS, 3 * ROW_WORDS)
  log.take(from, 1)
  log.take(from, 0)
  await log.flush(true)
  assert.deepEqual(out.rows.u8.slice(0, 128), from.u8.slice(64, 192))
  assert.deepEqual(out.rows.u8.slice(128, 192), from.u8.slice(0, 64))
})

test('full buffers wait until they are flushed, and nothing is lost between them', async () => {
  const out = sink()
  const log = new RunLog(out.sink)
  const from = new RowBuffer(2)
  from.append(FILL.kind, 0, 0, 0, 1)
  for (let i = 0; i < 20_000; i++) {
    from.f64[4] = i
    log.take(from, 0)
  }
  assert.equal(log.pending, true)
  await log.flush(false)
  assert.equal(log.pending, false)
  await log.flush(true)
  assert.equal(out.rows.length, 40_000)
  for (let i = 0; i < 20_000; i++) assert.equal(out.rows.f64[i * 2 * ROW_SLOTS + 4], i)
})

test('the sums of a stretch say which inputs they are over, and a new stretch begins', async () => {
  const out = sink()
  const log = new RunLog(out.sink)
  const digest = new RecordDigest()
  const input = new RowBuffer(1)
  input.append(1, 0, 0, 0, 0)
  for (let i = 0; i < 30; i++) digest.take(input, 0, 1)
  const grid = digest.grid.slice()
  log.digest(digest, SEQUENCE, TIME)
  await log.flush(true)
  assert.equal(kindOf(out.rows, 0), INPUT_DIGEST.kind)
  const { f64, i32 } = out.rows
  assert.deepEqual([f64[CAUSE], f64[INPUT_DIGEST.firstSequence], f64[INPUT_DIGEST.count]], [69, 40, 30])
  assert.deepEqual(i32.slice(INPUT_DIGEST.hash * 2, INPUT_DIGEST.hash * 2 + 2), digest.state)
  assert.deepEqual(i32.slice(INPUT_DIGEST.grid * 2, INPUT_DIGEST.grid * 2 + grid.length), grid)
  assert.equal(digest.count, 0)
  log.digest(digest, SEQUENCE, TIME)
  await log.flush(true)
  assert.equal(out.heard.length, 1, 'a stretch without inputs has no sums')
})

test('a stretch is full at its length, a checkpoint due after so many whole stretches', () => {
  const log = new RunLog(sink().sink)
  const digest = new RecordDigest()
  digest.count = STRETCH_RECORDS - 1
  assert.equal(RunLog.stretchIsFull(digest), false)
  digest.count = STRETCH_RECORDS
  assert.equal(RunLog.stretchIsFull(digest), true)
  assert.equal(CHECKPOINT_INPUTS % STRETCH_RECORDS, 0)
  assert.equal(log.checkpointDue(Float64Array.of(CHECKPOINT_INPUTS)), true)
  assert.equal(log.checkpointDue(Float64Array.of(CHECKPOINT_INPUTS + STRETCH_RECORDS)), false)
  assert.equal(new RunLog(undefined).checkpointDue(Float64Array.of(CHECKPOINT_INPUTS)), false)
})

test('a state is kept before the row that names it is written', async () => {
  const out = sink()
  const log = new RunLog(out.sink, (number, state) => {
    out.heard.push(`state ${number} of ${state.length} bytes`)
    return Promise.resolve()
  })
  const state = Uint8Array.of(1, 2, 3)
  log.checkpoint(state, SEQUENCE, TIME)
  log.checkpoint(state, SEQUENCE, TIME)
  assert.equal(log.pending, true)
  await log.flush(true)
  assert.deepEqual(out.heard, [
    'state 1 of 3 bytes',
    'state 2 of 3 bytes',
    `row ${CHECKPOINT.kind}`,
    `row ${CHECKPOINT.kind}`,
  ])
  const { f64 } = out.rows
  assert.deepEqual([f64[CAUSE], f64[CHECKPOINT.number], f64[CHECKPOINT.bytes]], [69, 1, 3])
  assert.equal(hashAt(out.rows, 0, CHECKPOINT.hash), hashBytes(state))
})

test('references and the end are records of their own', async () => {
  const out = sink()
  const log = new RunLog(out.sink)
  const reference = { kind: 'tape', hash: 'ab', file: 'größer/日本.tape' } as const
  log.reference(reference)
  const stateHash = '00112233445566778899aabbccddeeff'
  log.end({ inputs: 71, outputs: 9, stateHash }, TIME)
  await log.flush(true)
  assert.deepEqual(out.heard, [`row ${REFERENCE.kind}`, `row ${END.kind}`])
  assert.deepEqual(JSON.parse(readText(out.rows, 0, REFERENCE.textBytesByte)), reference)
  const end = recordRows(out.rows, 0)
  const at = end * ROW_SLOTS
  const { f64 } = out.rows
  assert.deepEqual([f64[at + CAUSE], f64[at + END.inputs], f64[at + END.outputs]], [70, 71, 9])
  assert.equal(hashAt(out.rows, end, END.hash), stateHash)
})

test('without a sink nothing is kept, and stretches begin anew all the same', async () => {
  const log = new RunLog(undefined)
  const digest = new RecordDigest()
  const input = new RowBuffer(1)
  input.append(1, 0, 0, 0, 0)
  digest.take(input, 0, 1)
  log.take(input, 0)
  log.digest(digest, SEQUENCE, TIME)
  log.end({ inputs: 1, outputs: 0, stateHash: '' }, TIME)
  await log.flush(true)
  assert.deepEqual([digest.count, log.pending], [0, false])
})

function hashAt({ u32 }: RowBuffer, row: number, slot: number): string {
  const word = row * ROW_WORDS + slot * 2
  return Array.from({ length: 4 }, (_, i) => (u32[word + i] as number).toString(16).padStart(8, '0')).join('')
}
