import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { StrategyError } from './params.ts'
import { readPlainData, writePlainData } from './plain-data.ts'

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.double(),
    fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 5e-324, Number.MAX_SAFE_INTEGER, 1e21),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '$'),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value

test('what is stored comes back the same, NaN, infinities and -0 included', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const back = readPlainData(writePlainData(value, 'state'))
      assert.deepEqual(back, normal(value))
    }),
    { numRuns: 500 },
  )
})

test('equal data has equal text, in whatever order its keys were made', () => {
  assert.equal(writePlainData({ b: 1, a: [2, { d: 3, c: 4 }] }, 'state'), '{"a":[2,{"c":4,"d":3}],"b":1}')
  assert.equal(writePlainData({ a: [2, { c: 4, d: 3 }], b: 1 }, 'state'), '{"a":[2,{"c":4,"d":3}],"b":1}')
})

test('a key that names a prototype is a key like others', () => {
  const value = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as unknown
  const back = readPlainData(writePlainData(value, 'state')) as Record<string, unknown>
  assert.deepEqual(Object.keys(back), ['__proto__', 'constructor'])
  assert.equal(Object.getPrototypeOf(back), Object.prototype)
  assert.equal((back as { x?: number }).x, undefined)
})

class Window {
  readonly width = 3
}

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  [
    'a function',
    { seen: [{ check: () => true }] },
    /^state\.seen\[0\]\.check is a function: strategy state must be plain/,
  ],
  ['a Map', { prices: new Map() }, /^state\.prices is a Map: /],
  ['a Date', [new Date(0)], /^state\[0\] is a Date: /],
  ['a typed array', { ring: new Float64Array(2) }, /^state\.ring is a Float64Array: /],
  ['an instance of a class', { window: new Window() }, /^state\.window is a Window: /],
  ['undefined', { last: undefined }, /^state\.last is undefined \(use null\): /],
  ['a hole in an array', { ring: Object.assign([1], { 2: 3 }) }, /^state\.ring\[1\] is undefined \(use null\): /],
  ['a bigint', { id: 1n }, /^state\.id is a bigint: /],
  ['a symbol', { id: Symbol('id') }, /^state\.id is a symbol: /],
  ['a symbol as a key', { [Symbol('hidden')]: 1 }, /^state is an object with a symbol as a key: /],
  [
    'a getter',
    {
      get now() {
        return 1
      },
    },
    /^state\.now is a getter: /,
  ],
  ['the reserved key', { deep: { $: 1 } }, /^state\.deep is an object with the key '\$', which is reserved: /],
]
for (const [what, value, message] of refused) {
  test(`${what} is refused with its path`, () => {
    assert.throws(
      () => writePlainData(value, 'state'),
      (error) => error instanceof StrategyError && message.test(error.message),
    )
  })
}

test('a structure that contains itself is refused, with where it begins to be too deep', () => {
  const loop: { next?: unknown } = {}
  loop.next = loop
  assert.throws(() => writePlainData(loop, 'state'), /^StrategyError: state(\.next){33} is nested deeper than 32/)
})

/** The same data with Object.prototype everywhere, as it comes back. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]))
}
