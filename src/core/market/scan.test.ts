import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Scan, type ScanColumns, type ScanField, type ScanOperator, type ScanRule } from './scan.ts'

const NAMES = ['openTime', 'open', 'high', 'low', 'close', 'volume', 'trades', 'previousClose'] as const

function columnsOf(rows: readonly (readonly number[])[]): ScanColumns {
  const column = (i: number): Float64Array => Float64Array.from(rows, (row) => row[i] as number)
  return Object.fromEntries(NAMES.map((name, i) => [name, column(i)])) as unknown as ScanColumns
}

const ratios: Partial<Record<ScanField, readonly [keyof ScanColumns, keyof ScanColumns]>> = {
  change: ['close', 'previousClose'],
  rise: ['high', 'previousClose'],
  fall: ['low', 'previousClose'],
  body: ['close', 'open'],
  range: ['high', 'low'],
}

/** The rule for one instrument, read off as it is written. */
function meets(columns: ScanColumns, i: number, rule: ScanRule): boolean {
  if ('all' in rule) return rule.all.every((part) => meets(columns, i, part))
  if ('any' in rule) return rule.any.some((part) => meets(columns, i, part))
  if ('not' in rule) return !meets(columns, i, rule.not)
  const ratio = ratios[rule.field]
  const value = (name: keyof ScanColumns): number => columns[name][i] as number
  const left = ratio === undefined ? value(rule.field as keyof ScanColumns) : value(ratio[0])
  const right = ratio === undefined ? rule.than : value(ratio[1]) * (1 + rule.than)
  if (rule.is === '>=') return left >= right
  if (rule.is === '>') return left > right
  return rule.is === '<=' ? left <= right : left < right
}

/** Columns that an instrument must have a price in, or the rule says nothing about it. */
function basesOf(rule: ScanRule): (keyof ScanColumns)[] {
  if ('all' in rule) return rule.all.flatMap(basesOf)
  if ('any' in rule) return rule.any.flatMap(basesOf)
  if ('not' in rule) return basesOf(rule.not)
  const ratio = ratios[rule.field]
  return ratio === undefined ? [] : [ratio[1]]
}

const comparison = fc.record({
  field: fc.constantFrom<ScanField>('change', 'rise', 'fall', 'body', 'range', 'close', 'volume', 'trades'),
  is: fc.constantFrom<ScanOperator>('>=', '>', '<=', '<'),
  than: fc.constantFrom(-0.5, -0.1, 0, 0.1, 0.5, 1, 5, 10),
})
const rules = fc.letrec<{ rule: ScanRule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small' },
    comparison,
    fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('rule') }),
  ),
})).rule

test('a scan finds what reading the rule for each instrument finds', () => {
  const row = fc.tuple(...NAMES.map(() => fc.integer({ min: 0, max: 12 })))
  fc.assert(
    fc.property(fc.array(row, { maxLength: 100, size: 'max' }), rules, (rows, rule) => {
      const columns = columnsOf(rows)
      const scan = new Scan(columns, rule)
      for (let turn = 0; turn < 2; turn++) {
        const expected = rows.map((_, i) => {
          const known = ['openTime' as const, ...basesOf(rule)].every((name) => (columns[name][i] as number) > 0)
          return known && meets(columns, i, rule)
        })
        assert.equal(scan.run(), expected.filter((hit) => hit).length)
        assert.deepEqual(
          rows.map((_, i) => scan.isHit(i)),
          expected,
        )
        columns.close.reverse()
      }
    }),
    { numRuns: 500 },
  )
})

test('a rule that cannot be laid out says why', () => {
  const columns = columnsOf([])
  const broken = (rule: unknown): Scan => new Scan(columns, rule as ScanRule)
  assert.throws(() => broken({ field: 'mood', is: '>', than: 1 }), /mood is no field of a scan/)
  assert.throws(() => broken({ field: 'close', is: '=>', than: 1 }), /=> is no comparison; there are >= > < <=/)
  assert.throws(() => broken({ field: 'close', is: '>', than: Number.NaN }), /the threshold is no number/)
  assert.throws(() => broken({ all: [] }), /a rule of no parts decides nothing/)
})
