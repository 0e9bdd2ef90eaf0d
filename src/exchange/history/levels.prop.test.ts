import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SIDE } from '../../core/market/book-side.ts'
import { Levels } from './levels.ts'
import { ADD_FAILED, NONE, Orders } from './orders.ts'

function pricesOf(levels: Levels, list: number): number[] {
  const prices: number[] = []
  for (let level = levels.best[list] as number; level !== NONE; level = levels.next[level] as number)
    prices.push(levels.price[level] as number)
  return prices
}

function at(levels: Levels, price: number): Levels {
  levels.seek[0] = price
  return levels
}

test('levels stand from the best to the worst, and a message finds exactly those it names', () => {
  const price = fc.integer({ min: 1, max: 40 })
  const list = fc.integer({ min: 0, max: 3 })
  const step = fc.record({ list, price, release: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(price, { maxLength: 20 }), (steps, named) => {
      const levels = new Levels(64, 2)
      const known = [0, 1, 2, 3].map(() => new Set<number>())
      for (const one of steps) {
        const set = known[one.list] as Set<number>
        if (one.release) {
          const level = at(levels, one.price).find(one.list)
          assert.equal(level === NONE, !set.delete(one.price))
          if (level !== NONE) levels.release(level)
        } else {
          at(levels, one.price).watch(one.list, NONE, 0)
          set.add(one.price)
        }
      }
      const message = Float64Array.from(named.flatMap((one) => [one, 7]))
      for (const [index, set] of known.entries()) {
        const sign = (index & 1) === SIDE.ask ? 1 : -1
        const sorted = [...set].sort((a, b) => sign * (a - b))
        assert.deepEqual(pricesOf(levels, index), sorted)
        assert.equal(levels.watched[index >> 1], (known[index & 2]?.size ?? 0) + (known[index | 1]?.size ?? 0))
        if (set.size === 0) continue
        const found: number[] = []
        let next = levels.nextWatched(index, message, 0, message.length)
        for (; next < message.length; next = levels.nextWatched(index, message, next + 2, message.length))
          found.push(message[next] as number)
        const inBoth = found.filter((one) => set.has(one))
        assert.deepEqual(
          inBoth,
          named.filter((one) => set.has(one)),
        )
      }
    }),
  )
})

test('the last levels are kept for whoever may spare none', () => {
  const levels = new Levels(3, 1)
  assert.notEqual(at(levels, 10).watch(0, NONE, 2), NONE)
  assert.equal(at(levels, 11).watch(0, NONE, 2), NONE)
  assert.notEqual(at(levels, 10).watch(0, NONE, 2), NONE) // it is watched already
  assert.notEqual(at(levels, 11).watch(0, NONE, 0), NONE)
})

test('orders are found by their number until they are removed, however many come and go', () => {
  const step = fc.record({ intent: fc.integer({ min: 0, max: 30 }), add: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const orders = new Orders(8, 1)
      const known = new Map<number, number>()
      for (const { intent, add } of steps) {
        const slot = orders.find(intent)
        assert.equal(slot, known.get(intent) ?? NONE)
        if (add) {
          const added = orders.add(intent)
          if (known.size === 8) assert.equal(added, ADD_FAILED.full)
          else if (known.has(intent)) assert.equal(added, ADD_FAILED.duplicate)
          else known.set(intent, added)
        } else if (slot !== NONE) {
          orders.remove(slot)
          known.delete(intent)
        }
        assert.equal(orders.open, known.size)
        assert.equal(new Set(known.values()).size, known.size)
      }
    }),
  )
})
