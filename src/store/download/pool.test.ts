import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runPool } from './pool.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

void test('everything is done once, within the limit, and what comes out of it is done too', async () => {
  const input = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 }))
  await fc.assert(
    fc.asyncProperty(input, async ([limit, items]) => {
      let now = 0
      let most = 0
      const done: string[] = []
      await runPool(
        limit,
        items.map((depth, at) => ({ name: `${at}`, depth })),
        async ({ name, depth }) => {
          most = Math.max(most, ++now)
          for (let wait = 0; wait <= depth; wait++) await turn()
          now--
          done.push(name)
          return depth === 0 ? [] : [0, 1].map((child) => ({ name: `${name}.${child}`, depth: depth - 1 }))
        },
      )
      assert.ok(most <= limit)
      assert.equal(now, 0)
      const total = items.reduce((sum, depth) => sum + 2 ** (depth + 1) - 1, 0)
      assert.equal(new Set(done).size, total)
      assert.equal(done.length, total)
    }),
    { numRuns: 40 },
  )
})

void test('the first error ends it after what is under way', async () => {
  const done: number[] = []
  const work = async (item: number): Promise<number[]> => {
    await turn()
    if (item === 1) throw new Error('one')
    await turn()
    done.push(item)
    return []
  }
  await assert.rejects(runPool(2, [0, 1, 2, 3], work), /^Error: one$/)
  assert.deepEqual(done, [0])
})
