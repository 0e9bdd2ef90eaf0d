import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SilenceWatch } from './silence-watch.ts'

const time = new Float64Array(1)
const silent = new Int32Array(3)

function at(micros: number): Float64Array {
  time[0] = micros
  return time
}

function newWatch(): SilenceWatch {
  const watch = new SilenceWatch(new Float64Array([1000, 1000, 5000]))
  for (let stream = 0; stream < 3; stream++) watch.begin(stream, at(0))
  return watch
}

test('a stream is silent once more than its timeout has passed, and told of once', () => {
  const watch = newWatch()
  watch.heard(1, at(600))
  assert.equal(watch.expire(at(1000), silent), 0)
  assert.equal(watch.expire(at(1001), silent), 1)
  assert.equal(silent[0], 0)
  assert.equal(watch.expire(at(1002), silent), 0)
  assert.deepEqual([...watch.isSilent], [1, 0, 0])
  assert.equal(watch.expire(at(5001), silent), 2)
  assert.deepEqual([...silent.subarray(0, 2)], [1, 2])
  assert.equal(watch.silences, 3)
})

test('a stream that is heard again can fall silent again', () => {
  const watch = newWatch()
  watch.expire(at(2000), silent)
  watch.heard(0, at(2500))
  assert.equal(watch.isSilent[0], 0)
  assert.equal(watch.expire(at(3500), silent), 0)
  assert.equal(watch.expire(at(3501), silent), 1)
  assert.equal(watch.silences, 3)
})

test('nothing is expected before the beginning and after the end', () => {
  const watch = new SilenceWatch(new Float64Array([1000]))
  watch.heard(0, at(10))
  assert.equal(watch.expire(at(1e9), silent), 0)
  watch.begin(0, at(1e9))
  watch.end(0)
  watch.heard(0, at(1e9 + 1))
  assert.equal(watch.expire(at(2e9), silent), 0)
})

test('time that runs back makes no stream silent, nor heard earlier than it was', () => {
  const watch = newWatch()
  watch.heard(0, at(900))
  watch.heard(0, at(100))
  assert.equal(watch.expire(at(0), silent), 0)
  assert.equal(watch.expire(at(1900), silent), 1)
  assert.equal(silent[0], 1)
})

test('a timeout that is not positive is refused', () => {
  assert.throws(() => new SilenceWatch(new Float64Array([1000, 0])), /stream 1: a timeout of 0 us is not positive/)
  assert.throws(() => new SilenceWatch(new Float64Array([Number.NaN])), RangeError)
})
