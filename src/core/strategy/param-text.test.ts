import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundsText, paramText } from './param-text.ts'
import { amount, choice, count, duration, flag, percent, resolveParams, timeframe } from './params.ts'

const declarations = {
  rise: percent(1),
  spread: percent(0.002),
  seventh: percent(0.07),
  size: amount(500.5),
  long: count(44),
  pause: duration('90s'),
  wait: duration('36h'),
  span: timeframe('15m'),
  mode: choice('fast', ['fast', 'slow']),
  loud: flag(false),
}

test('defaults are printed in the units they are written in', () => {
  const texts = Object.values(declarations).map((declaration) => paramText(declaration))
  assert.deepEqual(texts, ['1%', '0.002%', '0.07%', '500.5', '44', '90s', '36h', '15m', 'fast', 'false'])
})

test('what is printed sets the same value again', () => {
  const settings = new Map(Object.entries(declarations).map(([name, declaration]) => [name, paramText(declaration)]))
  assert.deepEqual(resolveParams('x', declarations, settings), resolveParams('x', declarations, new Map()))
})

test('limits are printed in the same units', () => {
  assert.equal(boundsText(percent(1, { min: 0, max: 5 })), 'at least 0%, at most 5%')
  assert.equal(boundsText(count(1, { min: 1 })), 'at least 1')
  assert.equal(boundsText(flag(true)), '')
})
