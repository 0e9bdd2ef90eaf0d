import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { idOfMadeClientId, madeClientId } from './client-ids.ts'
import { Deadlines } from './deadlines.ts'
import { FIELD, FIELDS } from './events.ts'
import { OrderStore } from './order-store.ts'
import type { OrderFacts } from './order-store.ts'
import { TIME_IN_FORCE } from './requests.ts'

const PLAIN: OrderFacts = {
  account: 0,
  instrument: 0,
  side: 0,
  positionSide: 0,
  orderKind: 0,
  timeInForce: TIME_IN_FORCE.gtd,
  price: 1,
  quantity: 1,
  reduceOnly: false,
  clientId: '',
  selfTrade: 0,
  goodTill: 0,
  priceMatch: 0,
}

function storeOf(instruments = 1): OrderStore {
  return new OrderStore(instruments, new Float64Array(1))
}

test('the value of the fills is exact at any size', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 1000 }),
    fc.maxSafeInteger().filter((n) => n > 0),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(size, size), { maxLength: 20 }), (fills) => {
      const store = storeOf()
      const slot = store.enter(PLAIN, 0)
      const cells = new Float64Array(FIELDS)
      let sum = 0n
      for (const [price, quantity] of fills) {
        const value = BigInt(price) * BigInt(quantity)
        if ((sum + value) >> 40n > BigInt(Number.MAX_SAFE_INTEGER)) continue
        sum += value
        cells[FIELD.price] = price
        cells[FIELD.quantity] = quantity
        store.addValue(slot, cells, 0)
      }
      const high = BigInt(store.filledValueHigh[slot] as number)
      assert.equal((high << 40n) + BigInt(store.filledValue[slot] as number), sum)
      assert.ok((store.filledValue[slot] as number) < 2 ** 40)
    }),
  )
})

test('a client id is taken while its order is open, for its account only, and free afterwards', () => {
  const store = storeOf()
  const slot = store.enter({ ...PLAIN, clientId: 'mine' }, 0)
  assert.equal(store.slotOfClient(0, 'mine'), -1)
  store.open(slot)
  assert.equal(store.slotOfClient(0, 'mine'), slot)
  assert.equal(store.slotOfClient(1, 'mine'), -1)
  store.close(slot)
  assert.equal(store.slotOfClient(0, 'mine'), -1)
  assert.equal(store.clientIdOf(slot), 'mine')
  store.recycle()
  const next = store.enter({ ...PLAIN, clientId: 'mine' }, 0)
  store.open(next)
  assert.equal(store.slotOfClient(0, 'mine'), next)
  store.rename(next, 'other')
  assert.equal(store.slotOfClient(0, 'mine'), -1)
  assert.equal(store.slotOfClient(0, 'other'), next)
})

test('a client id that the venue made leads back to its order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
      const text = madeClientId(id)
      assert.match(text, /^[0-9A-Za-z]{22}$/)
      assert.equal(idOfMadeClientId(text), id)
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9A-Za-z]{22}$/), (text) => {
      const id = idOfMadeClientId(text)
      assert.ok(id === 0 || madeClientId(id) === text)
    }),
  )
  assert.equal(idOfMadeClientId('short'), 0)
})

test('what is not open is not found, however often the indexes grew', () => {
  const store = storeOf()
  const slots: number[] = []
  for (let i = 0; i < 3000; i++) {
    const slot = store.enter({ ...PLAIN, clientId: `order ${i}` }, 0)
    store.open(slot)
    slots.push(slot)
    for (let ahead = 1; ahead < 9; ahead++) assert.equal(store.slotOf(i + 1 + ahead), -1)
    assert.equal(store.slotOfClient(0, `order ${i + 1}`), -1)
    assert.equal(store.slotOfClient(0, `order ${i}`), slot)
  }
  for (const [i, slot] of slots.entries()) {
    assert.equal(store.slotOf(i + 1), slot)
    assert.equal(store.slotOfClient(0, `order ${i}`), slot)
  }
  for (let absent = 3001; absent < 20_000; absent++) {
    assert.equal(store.slotOf(absent), -1)
    assert.equal(store.slotOfClient(0, `order ${absent}`), -1)
  }
})

test('orders are found by id and by owner among thousands, whatever left', () => {
  const store = storeOf(3)
  const open = new Map<number, number>()
  for (let i = 0; i < 5000; i++) {
    const slot = store.enter({ ...PLAIN, account: i % 7, instrument: i % 3, clientId: i % 2 === 0 ? `c${i}` : '' }, 0)
    store.open(slot)
    open.set(store.id[slot] as number, slot)
    if (i % 5 === 0) continue
    const gone = store.slotOf(i - (i % 11))
    if (gone === -1) continue
    open.delete(store.id[gone] as number)
    store.close(gone)
    store.recycle()
  }
  for (let id = 1; id <= 5000; id++) assert.equal(store.slotOf(id), open.get(id) ?? -1)
  let listed = 0
  for (let key = 0; key < 21; key++) {
    const [account, instrument] = [Math.floor(key / 3), key % 3]
    let count = 0
    for (let slot = store.firstOwn(account, instrument); slot !== -1; slot = store.nextOwn[slot] as number) {
      assert.equal(open.get(store.id[slot] as number), slot)
      assert.deepEqual([store.account[slot], store.instrument[slot]], [account, instrument])
      count++
    }
    assert.equal(store.ownCount(account, instrument), count)
    listed += count
  }
  assert.equal(listed, open.size)
})

test('deadlines come in order of time and id, whichever were taken out', () => {
  const times = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(times, fc.array(fc.nat(), { maxLength: 100, size: 'max' }), (goodTill, removed) => {
      const store = storeOf()
      const deadlines = new Deadlines(store)
      const waiting = goodTill.map((time) => store.enter({ ...PLAIN, goodTill: time }, 0))
      for (const slot of waiting) deadlines.add(slot)
      for (const pick of removed) {
        const [slot] = waiting.length === 0 ? [] : waiting.splice(pick % waiting.length, 1)
        if (slot !== undefined) deadlines.remove(slot)
      }
      const expected = waiting.toSorted(
        (a, b) => (store.goodTill[a] as number) - (store.goodTill[b] as number) || a - b,
      )
      const found: number[] = []
      for (let slot = deadlines.due(30); slot !== -1; slot = deadlines.due(30)) {
        found.push(slot)
        assert.equal(deadlines.due((store.goodTill[slot] as number) - 1), -1)
        deadlines.remove(slot)
      }
      assert.deepEqual(found, expected)
    }),
  )
})
