import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashBytes, StateError, StateReader, StateWriter } from './state.ts'

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0))
}

// Expected digests are those of the published C++ implementation, its four words printed one after the other.
test('the hash is MurmurHash3 x86 128 as published', () => {
  assert.equal(hashBytes(new Uint8Array(0)), '0'.repeat(32))
  assert.equal(hashBytes(ascii('a')), 'a794933c5556b01b5556b01b5556b01b')
  assert.equal(hashBytes(ascii('0123456789abcdef')), 'fb7d440936aed30a48ad1d9b572b3bfd')
  assert.equal(hashBytes(ascii('The quick brown fox jumps over the lazy dog')), '2f1583c3ecee2c675d7bf66ce5e91d2c')
})

test('the hash of bytes does not depend on where they lie in their buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(7), (bytes, offset) => {
      const moved = new Uint8Array(bytes.length + offset)
      moved.set(bytes, offset)
      assert.equal(hashBytes(moved.subarray(offset)), hashBytes(bytes))
    }),
  )
})

test('values of every type come back as they were written', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.nat(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array(),
      fc.int32Array(),
      fc.uint32Array(),
      fc.float64Array(),
      (double, integer, natural, text, u8s, i32s, u32s, f64s) => {
        const writer = new StateWriter(1)
        writer.begin('outer', 3)
        writer.f64(double)
        writer.i32(integer)
        writer.begin('inner', 1)
        writer.u32(natural)
        writer.u8(natural & 255)
        writer.text(text)
        writer.end()
        writer.u8s(u8s)
        writer.i32s(i32s)
        writer.u32s(u32s)
        writer.f64s(f64s)
        writer.end()
        const reader = new StateReader(writer.finish())
        reader.begin('outer', 3)
        assert.equal(reader.f64(), double + 0)
        assert.equal(reader.i32(), integer)
        reader.begin('inner', 1)
        assert.equal(reader.u32(), natural)
        assert.equal(reader.u8(), natural & 255)
        assert.equal(reader.text(), text)
        reader.end()
        assert.deepEqual(reader.u8s(), u8s)
        assert.deepEqual(reader.i32s(), i32s)
        assert.deepEqual(reader.u32s(), u32s)
        const target = new Float64Array(f64s.length)
        reader.into(target)
        assert.deepEqual(target, f64s)
        reader.end()
        reader.finish()
      },
    ),
    { numRuns: 50 },
  )
})

test('a value written across any limit of the space is kept whole', () => {
  for (let before = 0; before < 80; before++) {
    const writer = new StateWriter(1)
    writer.u8s(new Uint8Array(before))
    writer.u8(200)
    writer.i32(-3)
    writer.u32(4_000_000_000)
    writer.f64(1 / 3)
    writer.text('a€')
    const reader = new StateReader(writer.finish())
    assert.equal(reader.u8s().length, before)
    assert.deepEqual(
      [reader.u8(), reader.i32(), reader.u32(), reader.f64(), reader.text()],
      [200, -3, 4e9, 1 / 3, 'a€'],
    )
  }
})

function saved(): StateWriter {
  const writer = new StateWriter()
  writer.begin('book', 2)
  writer.f64(1)
  writer.f64s(new Float64Array([1, 2, 3]), 1, 2)
  writer.end()
  return writer
}

test('another section, version or type than was written is an error that names the place', () => {
  const bytes = saved().finish()
  assert.throws(() => new StateReader(bytes).begin('book', 3), {
    name: 'StateError',
    message: /section book version 2 stands where book version 3 is wanted/,
  })
  assert.throws(() => new StateReader(bytes).begin('ledger', 2), /book version 2 stands where ledger version 2/)
  const reader = new StateReader(bytes)
  reader.begin('book', 2)
  assert.throws(() => reader.u32(), /section book, byte \d+: f64 stands where u32 is wanted/)
  assert.throws(() => reader.end(), /f64 stands where end is wanted/)
})

test('a column of another length and bytes left over are errors', () => {
  const reader = new StateReader(saved().finish())
  reader.begin('book', 2)
  reader.f64()
  assert.throws(() => reader.finish(), /bytes are left over/)
  assert.throws(() => reader.into(new Float64Array(3)), /a column of 2 elements stands where 3 are wanted/)
})

test('every way of cutting the bytes short is a StateError', () => {
  const bytes = saved().finish()
  for (let length = 0; length < bytes.length; length++) {
    const read = (): void => {
      const reader = new StateReader(bytes.subarray(0, length))
      reader.begin('book', 2)
      reader.f64()
      reader.f64s()
      reader.end()
      reader.finish()
    }
    assert.throws(read, StateError, `cut at ${length}`)
  }
})

test('a section that was not closed cannot be finished, and one not opened cannot be closed', () => {
  const writer = new StateWriter()
  assert.throws(() => writer.end(), StateError)
  writer.begin('engine', 1)
  assert.throws(() => writer.finish(), /section engine is still open/)
})

test('minus zero and zero are the same state', () => {
  const minus = new StateWriter()
  minus.f64(-0)
  const plus = new StateWriter()
  plus.f64(0)
  assert.equal(minus.hash(), plus.hash())
})
