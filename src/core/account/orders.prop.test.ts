import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StateReader, StateWriter } from '../tape/state.ts'
import { ORDER_STATE, OrderTable } from './orders.ts'

const CAPACITY = 12
const KEYS = 3

/** What happens to the table next; `pick` chooses among the open orders. */
type Step =
  | { readonly kind: 'add'; readonly key: number; readonly gap: number; readonly price: number }
  | { readonly kind: 'remove'; readonly pick: number }
  | { readonly kind: 'change'; readonly pick: number; readonly filled: number }
  | { readonly kind: 'reload' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      key: fc.nat(KEYS - 1),
      // Most gaps are small; some make intents that share a bucket with earlier ones.
      gap: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom(32, 1 << 16, 1 << 24)),
      price: fc.integer({ min: 1, max: 1000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      pick: fc.nat(),
      filled: fc.integer({ min: 0, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'reload' }) },
)

interface Known {
  readonly key: number
  readonly price: number
  filled: number
}

/** The slow, obvious twin: a Map from intent to what was said about it. */
class Model {
  table = new OrderTable(CAPACITY, KEYS)
  readonly known: Map<number, Known> = new Map()
  readonly gone: number[] = []
  intent = 0

  take(next: Step): void {
    const intents = [...this.known.keys()]
    switch (next.kind) {
      case 'add': {
        if (this.known.size === CAPACITY) {
          assert.throws(() => this.table.add(this.intent + 1, next.key), /order table is full/)
          return
        }
        this.intent = Math.min(this.intent + next.gap, 4_000_000_000)
        if (this.known.has(this.intent)) return
        const slot = this.table.add(this.intent, next.key)
        assert.equal(this.table.state[slot], ORDER_STATE.sent)
        assert.equal(this.table.filled[slot], 0)
        this.table.price[slot] = next.price
        this.known.set(this.intent, { key: next.key, price: next.price, filled: 0 })
        return
      }
      case 'remove': {
        const intent = intents[next.pick % intents.length]
        if (intent === undefined) return
        this.table.remove(this.table.find(intent))
        this.known.delete(intent)
        this.gone.push(intent)
        return
      }
      case 'change': {
        const order = this.known.get(intents[next.pick % intents.length] ?? -1)
        if (order === undefined) return
        const slot = this.table.find(intents[next.pick % intents.length] as number)
        this.table.filled[slot] = next.filled
        order.filled = next.filled
        return
      }
      case 'reload': {
        const before = bytesOf(this.table)
        this.table = new OrderTable(CAPACITY, KEYS)
        this.table.load(new StateReader(before))
        assert.deepEqual(bytesOf(this.table), before)
      }
    }
  }

  check(): void {
    const { table, known } = this
    assert.equal(table.open, known.size)
    for (const [intent, order] of known) {
      const slot = table.find(intent)
      assert.ok(slot >= 0, `order ${intent} is found`)
      assert.deepEqual(
        [table.intent[slot], table.key[slot], table.price[slot], table.filled[slot]],
        [intent, order.key, order.price, order.filled],
      )
    }
    for (const intent of [...this.gone, this.intent + 1]) assert.equal(table.find(intent), -1)
    for (let key = 0; key < KEYS; key++) {
      const expected = [...known].filter(([, order]) => order.key === key).map(([intent]) => intent)
      assert.deepEqual(chainOf(table, key), expected.toReversed())
    }
  }
}

function chainOf(table: OrderTable, key: number): readonly number[] {
  const intents: number[] = []
  for (let slot = table.first[key] as number; slot >= 0; slot = table.next[slot] as number)
    intents.push(table.intent[slot] as number)
  return intents
}

function bytesOf(table: OrderTable): Uint8Array {
  const writer = new StateWriter()
  table.save(writer)
  return writer.finish()
}

test('orders are found, chained newest first and forgotten as in a map, also through checkpoints', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const model = new Model()
      for (const next of steps) {
        model.take(next)
        model.check()
      }
    }),
    { numRuns: 300 },
  )
})

test('equal tables are equal bytes, whatever happened before', () => {
  const straight = new OrderTable(8, 2)
  straight.add(3, 1)
  straight.add(5, 0)
  const winding = new OrderTable(8, 2)
  const first = winding.add(1, 0)
  winding.add(3, 1)
  winding.remove(first)
  winding.add(5, 0)
  assert.deepEqual(bytesOf(winding), bytesOf(straight))
})
