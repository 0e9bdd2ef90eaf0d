/** Hostile clients of all kinds at once, at the exchange as a process: what they are told, what it keeps, who is still served. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { firstSymbols } from '../exchange/box/markets.ts'
import { ExchangeProcess } from '../testing/exchange-process.ts'
import { HOSTILE_LOADS, type Tally } from '../testing/hostile-loads.ts'

const SECONDS = 1
const MEGABYTES = 64

/** Everything that each load may be told. A body that is still being sent may lose its reply with the connection. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  'malformed JSON': /^(400 -1102|WebSocket API -1135|stream [23])$/,
  '50 MB bodies': /^(413|cut)$/,
  'wrong types and unknown fields': /^(400 -(11\d\d|4\d\d\d)|429 -1015)$/,
  'clients that never read': /^(open|cut)$/,
  '10,000 subscriptions': /^(subscribed|code 2)$/,
  'bad signatures': /^400 -(1022|1101)$/,
  'replayed timestamps': /^400 -1021$/,
}

/** Answers that each load has to be told. */
const DUE: Readonly<Record<string, readonly string[]>> = {
  'malformed JSON': ['400 -1102', 'WebSocket API -1135', 'stream 3'],
  'wrong types and unknown fields': ['400 -1102', '400 -1117', '400 -4013'],
  '10,000 subscriptions': ['subscribed', 'code 2'],
  'bad signatures': ['400 -1022', '400 -1101'],
  'replayed timestamps': ['400 -1021'],
}

function residentMegabytes({ child }: ExchangeProcess): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024
}

const ORDER = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.010' }

/** Places and cancels one order after the other until it is told to stop; tells how many. */
async function trade(exchange: ExchangeProcess, price: string, isOver: () => boolean): Promise<number> {
  let orders = 0
  for (; !isOver(); orders++) {
    const newClientOrderId = `calm-${orders}`
    const placed = await exchange.signed('futures', 'POST', '/fapi/v1/order', { ...ORDER, price, newClientOrderId })
    assert.equal(placed['status'], 'NEW', JSON.stringify(placed))
    const mine = { symbol: ORDER.symbol, origClientOrderId: newClientOrderId }
    assert.equal((await exchange.signed('futures', 'DELETE', '/fapi/v1/order', mine))['status'], 'CANCELED')
    // Limits of accounts hold for the well-behaved too.
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return orders
}

test('hostile clients are told what the venue tells, take no memory, and others go on trading', async (context) => {
  const words = ['--symbols', '20', '--account', 'calm:100000', '--account', 'hostile:100000']
  const exchange = await ExchangeProcess.start(words)
  context.after(() => exchange.end('SIGKILL'))
  const { rest, streams, messages } = exchange.document.futures
  const account = exchange.document.accounts[1]
  assert(account !== undefined)
  const { apiKey, secret } = account
  const target = { rest, streams, messages, apiKey, secret, symbols: firstSymbols(20) }
  const mark = await exchange.get<{ markPrice: string }>('futures', '/fapi/v1/premiumIndex?symbol=BTCUSDT')
  const price = (Number(mark.markPrice) * 0.97).toFixed(1)
  const before = residentMegabytes(exchange)
  let isOver = false
  const traded = trade(exchange, price, () => isOver)
  const tallies: readonly Tally[] = await Promise.all(HOSTILE_LOADS.map(({ run }) => run(target, SECONDS))).finally(
    () => (isOver = true),
  )
  assert((await traded) > 0)
  for (const [index, { name }] of HOSTILE_LOADS.entries()) {
    const answers = Object.keys(tallies[index] ?? {})
    assert(answers.length > 0, name)
    for (const answer of answers) assert.match(answer, ANSWERS[name] ?? /^$/, name)
    for (const answer of DUE[name] ?? []) assert(answers.includes(answer), `${name}: no ${answer}`)
  }
  const stays = residentMegabytes(exchange) - before
  assert(stays < MEGABYTES, `${stays} MB more`)
  const left = (await exchange.signed('futures', 'GET', '/fapi/v1/openOrders', {})) as unknown
  assert.deepEqual(left, [])
  assert.equal(exchange.remarks, '')
})
