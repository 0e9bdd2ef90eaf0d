import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

test('encoding agrees with the platform on any text, lone surrogates included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      assert.deepEqual(encodeUtf8(text), new Uint8Array(new TextEncoder().encode(text)))
    }),
  )
  assert.deepEqual(encodeUtf8('\ud800a'), new Uint8Array(new TextEncoder().encode('\ud800a')))
})

test('decoding undoes encoding, also across the length of one run', () => {
  const texts = fc
    .array(fc.string({ unit: 'grapheme', maxLength: 2000 }), { maxLength: 6 })
    .map((parts) => parts.join('币🙂'))
  fc.assert(fc.property(texts, (text) => assert.equal(decodeUtf8(encodeUtf8(text)), text)))
  const long = 'a币🙂'.repeat(5000)
  assert.equal(decodeUtf8(encodeUtf8(long)), long)
})

test('bytes that are no UTF-8 become replacement characters and the rest survives', () => {
  for (const bad of [
    [0xff],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe5, 0xb8],
  ]) {
    const text = decodeUtf8(new Uint8Array([0x61, ...bad, 0x62]))
    assert.match(text, /^a\ufffd+b$/)
  }
})
