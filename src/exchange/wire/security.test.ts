import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { nodeSignatures } from '../../node/signatures.ts'
import { Parameters } from './parameters.ts'
import { isRefusal } from './refusal.ts'
import { type ApiKey, checkMessageSignature, checkSignature, checkTime, KeyRing, stillInTime } from './security.ts'

const FUTURES_SECRET = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9'
const SPOT_SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const NAME = 'k'.repeat(64)

function keyOf(material: string, addresses: readonly string[] = [], trade = true): ApiKey {
  const permissions = { trade }
  const key = new KeyRing(nodeSignatures).add({
    name: NAME,
    account: 7,
    scheme: 'hmac',
    material,
    permissions,
    addresses,
  })
  assert.ok(key)
  return key
}

/** The published examples: secret, query, body, signature. */
const vectors: readonly (readonly [string, string, string, string, string])[] = [
  [
    'futures, query',
    FUTURES_SECRET,
    'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943',
    '',
    '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9',
  ],
  [
    'futures, query and body, with the space of the example',
    FUTURES_SECRET,
    'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC',
    'quantity=1&price=9000&recvWindow=5000&timestamp= 1591702613943',
    'f9d0ae5e813ef6ccf15c2b5a434047a0181cb5a342b903b367ca6d27a66e36f2',
  ],
  [
    'futures, query and body',
    FUTURES_SECRET,
    'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC',
    'quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943',
    '30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4',
  ],
  [
    'spot, query',
    SPOT_SECRET,
    'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
    '',
    'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
  ],
  [
    'spot, query and body',
    SPOT_SECRET,
    'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC',
    'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
    '0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77',
  ],
  [
    'spot, symbol beyond ASCII',
    SPOT_SECRET,
    'symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
    '',
    'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
  ],
]

for (const [what, secret, query, body, signature] of vectors) {
  test(`the published signature is right: ${what}`, () => {
    const key = keyOf(secret)
    const signed = (text: string): string => (text === '' ? `signature=${signature}` : `${text}&signature=${signature}`)
    assert.equal(checkSignature(key, new Parameters(signed(query), body)), undefined)
    assert.equal(checkSignature(key, new Parameters(query, signed(body))), undefined)
    assert.equal(checkSignature(key, new Parameters(signed(`${query}0`), body))?.code, -1022)
  })
}

test('the signature may stand first or between other parameters', () => {
  const key = keyOf(FUTURES_SECRET)
  const text = 'symbol=BTCUSDT&timestamp=1'
  const signature = createHmac('sha256', FUTURES_SECRET).update(text).digest('hex')
  assert.equal(checkSignature(key, new Parameters(`signature=${signature}&${text}`, '')), undefined)
  const between = `symbol=BTCUSDT&signature=${signature}&timestamp=1`
  assert.equal(checkSignature(key, new Parameters(between, '')), undefined)
})

test('text signed in one encoding and sent in another matches', () => {
  const key = keyOf(FUTURES_SECRET)
  const signed = 'note=a%20b%3A%2F.(x)&timestamp=1'
  const signature = createHmac('sha256', FUTURES_SECRET).update(signed).digest('hex')
  const sent = `note=a+b%3A%2F.%28x%29&timestamp=1&signature=${signature}`
  assert.equal(checkSignature(key, new Parameters(sent, '')), undefined)
})

test('without a signature there is a missing parameter', () => {
  assert.equal(checkSignature(keyOf(FUTURES_SECRET), new Parameters('timestamp=1', ''))?.code, -1102)
})

test('messages are signed sorted by name', () => {
  const key = keyOf(FUTURES_SECRET)
  const payload = `apiKey=${NAME}&quantity=0.01&symbol=BTCUSDT&timestamp=1`
  const signature = createHmac('sha256', FUTURES_SECRET).update(payload).digest('hex')
  const message = { timestamp: 1, symbol: 'BTCUSDT', quantity: 0.01, apiKey: NAME, signature }
  assert.equal(checkMessageSignature(key, Parameters.fromRecord(message)), undefined)
  assert.equal(checkMessageSignature(key, Parameters.fromRecord({ ...message, quantity: 0.02 }))?.code, -1022)
})

const NOW = 1_795_216_100_000_000
const timed = (query: string, dialect: 'futures' | 'spot' = 'futures'): string => {
  const checked = checkTime(new Parameters(query, ''), NOW, dialect)
  return isRefusal(checked) ? `${checked.code} ${checked.message}` : 'in time'
}
const LATE = '-1021 Timestamp for this request is outside of the recvWindow.'
const EARLY = "-1021 Timestamp for this request was 1000ms ahead of the server's time."

test('a timestamp may lie behind by the window and ahead by less than a second', () => {
  const now = NOW / 1000
  assert.equal(timed(`timestamp=${now}`), 'in time')
  assert.equal(timed(`timestamp=${now - 5000}`), 'in time')
  assert.equal(timed(`timestamp=${now - 5001}`), LATE)
  assert.equal(timed(`timestamp=${now - 5001}&recvWindow=6000`), 'in time')
  assert.equal(timed(`timestamp=${now + 999}`), 'in time')
  assert.equal(timed(`timestamp=${now + 1000}`), EARLY)
})

test('spot takes microseconds and bounds the window', () => {
  assert.equal(timed(`timestamp=${NOW - 4_999_999}`, 'spot'), 'in time')
  assert.equal(timed(`timestamp=${NOW - 5_000_001}`, 'spot'), LATE)
  assert.equal(timed(`timestamp=${NOW}&recvWindow=0.5`, 'spot'), 'in time')
  assert.match(timed(`timestamp=${NOW}&recvWindow=60001`, 'spot'), /^-1131 /)
  assert.equal(timed(`timestamp=${NOW / 1000 - 60_001}&recvWindow=9999999`), 'in time')
})

test('a missing or malformed time is named', () => {
  assert.match(timed(''), /^-1102 .*'timestamp'/)
  assert.match(timed('timestamp=now'), /^-1100 .*'timestamp'/)
  assert.match(timed(`timestamp=${NOW / 1000}&recvWindow=long`), /^-1100 .*'recvWindow'/)
})

test('the window is looked at again later', () => {
  const time = { timestamp: NOW, recvWindow: 5_000_000 }
  assert.equal(stillInTime(time, NOW + 5_000_000), true)
  assert.equal(stillInTime(time, NOW + 5_000_001), false)
})

test('a key is refused by its form, its name, its address and its permission', () => {
  const ring = new KeyRing(nodeSignatures)
  const base = { account: 1, scheme: 'hmac', material: 'secret' } as const
  assert.ok(ring.add({ ...base, name: NAME }))
  assert.ok(ring.add({ ...base, name: 'r'.repeat(64), permissions: { trade: false } }))
  assert.ok(ring.add({ ...base, name: 'a'.repeat(64), addresses: ['10.0.0.1'] }))
  assert.equal(ring.add({ ...base, name: 'e'.repeat(64), scheme: 'ed25519' }), undefined)
  const codeOf = (name: string | undefined, trades: boolean, address = '127.0.0.1'): number => {
    const admitted = ring.admit(name, address, trades)
    return isRefusal(admitted) ? admitted.code : 0
  }
  assert.equal(codeOf(undefined, false), -2014)
  assert.equal(codeOf('short', false), -2014)
  assert.equal(codeOf('x'.repeat(64), false), -2015)
  assert.equal(codeOf(NAME, true), 0)
  assert.equal(codeOf('r'.repeat(64), false), 0)
  assert.equal(codeOf('r'.repeat(64), true), -2015)
  assert.equal(codeOf('a'.repeat(64), true), -2015)
  assert.equal(codeOf('a'.repeat(64), true, '10.0.0.1'), 0)
  ring.remove(NAME)
  assert.equal(codeOf(NAME, false), -2015)
})
