/** Cards 83 and 84: keys that sign with Ed25519. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { futuresCard, refused, restingWish, spotCard } from '../card.ts'
import type { Card, Stage } from '../card.ts'

async function signsWithEd25519(stage: Stage): Promise<void> {
  const { account, another, control, truth, symbol } = stage
  const encoding = { format: 'pem' } as const
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { ...encoding, type: 'spki' },
    privateKeyEncoding: { ...encoding, type: 'pkcs8' },
  })
  const { apiKey } = await control.addKey(account, { scheme: 'ed25519', publicKey })
  const client = another({ apiKey, secret: privateKey })
  const order = await client.place(await restingWish(stage, 'BUY'))
  assert.deepEqual(
    (await truth.openOrders(symbol)).map(({ id }) => id),
    [order.id],
  )
  assert.equal((await client.cancel(symbol, order.id)).state, 'canceled')
  const { privateKey: foreign } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { ...encoding, type: 'spki' },
    privateKeyEncoding: { ...encoding, type: 'pkcs8' },
  })
  const stranger = another({ apiKey, secret: foreign })
  await refused({ ...stage, client: stranger }, stranger.openOrders(symbol), -1022)
}

export const keyCards: readonly Card[] = [
  futuresCard(83, 'Ed25519 key: place and cancel, foreign key refused', signsWithEd25519, { control: true }),
  spotCard(84, 'Ed25519 key: place and cancel, foreign key refused', signsWithEd25519, { control: true }),
]
