import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeSignatures } from './signatures.ts'

const SECRET = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9'
const PAYLOAD =
  'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943'
const SIGNATURE = '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9'

test('an HMAC matches in either case of its hex digits, and nothing else does', () => {
  const check = nodeSignatures.check('hmac', SECRET)
  assert.ok(check)
  assert.equal(check.matches(PAYLOAD, SIGNATURE), true)
  assert.equal(check.matches(PAYLOAD, SIGNATURE.toUpperCase()), true)
  assert.equal(check.matches(`${PAYLOAD} `, SIGNATURE), false)
  for (const wrong of ['', 'x', SIGNATURE.slice(1), `${SIGNATURE}00`, `z${SIGNATURE.slice(1)}`]) {
    assert.equal(check.matches(PAYLOAD, wrong), false)
  }
})

test('every text and secret gives the HMAC that the platform gives', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), text, (secret, payload) => {
      const signature = createHmac('sha256', secret).update(payload).digest('hex')
      assert.equal(nodeSignatures.check('hmac', secret)?.matches(payload, signature), true)
    }),
  )
  const long = 'ö'.repeat(20_000)
  const signature = createHmac('sha256', SECRET).update(long).digest('hex')
  assert.equal(nodeSignatures.check('hmac', SECRET)?.matches(long, signature), true)
})

for (const scheme of ['ed25519', 'rsa'] as const) {
  test(`a signature by ${scheme} matches its text only`, () => {
    const options = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const
    const { publicKey, privateKey } =
      scheme === 'rsa'
        ? generateKeyPairSync('rsa', {
            modulusLength: 2048,
            ...options,
            privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
          })
        : generateKeyPairSync('ed25519', { ...options, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } })
    const signature = sign(scheme === 'rsa' ? 'sha256' : null, Buffer.from(PAYLOAD), privateKey).toString('base64')
    const check = nodeSignatures.check(scheme, publicKey)
    assert.ok(check)
    assert.equal(check.matches(PAYLOAD, signature), true)
    assert.equal(check.matches(PAYLOAD.replace('BUY', 'SELL'), signature), false)
    assert.equal(check.matches(PAYLOAD, 'no signature!'), false)
    assert.equal(nodeSignatures.check(scheme === 'rsa' ? 'ed25519' : 'rsa', publicKey), undefined)
  })
}

test('what is no key gives no check', () => {
  assert.equal(nodeSignatures.check('hmac', ''), undefined)
  assert.equal(nodeSignatures.check('ed25519', 'a word'), undefined)
})
