import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MoneyRows, amount, instrumentOf } from '../../testing/account-rows.ts'
import { I128Array } from '../number/i128.ts'
import { StateReader, StateWriter } from '../tape/state.ts'
import { CONTRA, Ledger } from './ledger.ts'
import { PositionTable } from './positions.ts'
import { Settlement } from './settlement.ts'

const INSTRUMENTS = [
  instrumentOf('linear', 'BTC', 'USDT', { priceDecimals: 1, quantityDecimals: 3 }),
  instrumentOf('spot', 'BTC', 'USDT', { priceDecimals: 2, quantityDecimals: 5 }),
]
const LINEAR = 0
const SPOT = 1
const WALLETS = ['futures', 'spot']

function setUp(accounts: readonly string[] = ['main']) {
  const rows = new MoneyRows(INSTRUMENTS, ['BNB'])
  const settlement = new Settlement(INSTRUMENTS, rows.assets)
  const positions = new PositionTable(INSTRUMENTS.length, settlement)
  const ledger = new Ledger({ accounts, wallets: WALLETS, assets: rows.assets })
  const asset = { usdt: rows.asset('USDT'), btc: rows.asset('BTC'), bnb: rows.asset('BNB') }
  const fill = (facts: Parameters<MoneyRows['fill']>[0], account = 0): void => {
    const row = rows.fill(facts)
    positions.applyFill(facts.instrument, rows.buffer, row)
    ledger.bookFill(account, facts.instrument, rows.buffer, row, positions)
    ledger.assertBalanced()
  }
  return { rows, positions, ledger, asset, fill }
}

test('a contract books what it realised and its fee, not its value', () => {
  const { ledger, asset, fill } = setUp()
  ledger.deposit(0, LINEAR, asset.usdt, amount('10000'))
  const fee = { feeAsset: asset.usdt, fee: amount('30.83') }
  fill({ instrument: LINEAR, side: 'buy', price: 616_600, quantity: 1000, ...fee })
  assert.equal(ledger.balance(0, LINEAR, asset.usdt), amount('9969.17'))
  fill({ instrument: LINEAR, side: 'sell', price: 617_600, quantity: 1000, ...fee })
  assert.equal(ledger.balance(0, LINEAR, asset.usdt), amount('10038.34'))
  assert.equal(ledger.balance(ledger.contra + CONTRA.venueTrading, LINEAR, asset.usdt), amount('-100'))
  assert.equal(ledger.balance(ledger.contra + CONTRA.fees, LINEAR, asset.usdt), amount('61.66'))
  assert.equal(ledger.balance(ledger.contra + CONTRA.external, LINEAR, asset.usdt), amount('-10000'))
  assert.equal(ledger.balance(0, LINEAR, asset.btc), 0n)
  assert.equal(ledger.turnover.get(asset.usdt), amount('123420'))
})

test('spot books both sides and the fee in its own asset', () => {
  const { ledger, asset, fill } = setUp()
  ledger.deposit(0, SPOT, asset.usdt, amount('1000'))
  fill({ instrument: SPOT, side: 'buy', price: 6_160_000, quantity: 1000, feeAsset: asset.btc, fee: amount('0.00001') })
  assert.equal(ledger.balance(0, SPOT, asset.btc), amount('0.00999'))
  assert.equal(ledger.balance(0, SPOT, asset.usdt), amount('384'))
  fill({ instrument: SPOT, side: 'sell', price: 6_200_000, quantity: 999, feeAsset: asset.bnb, fee: amount('0.001') })
  assert.equal(ledger.balance(0, SPOT, asset.btc), 0n)
  assert.equal(ledger.balance(0, SPOT, asset.usdt), amount('1003.38'))
  assert.equal(ledger.balance(0, SPOT, asset.bnb), amount('-0.001'))
  assert.equal(ledger.balance(ledger.contra + CONTRA.fees, SPOT, asset.btc), amount('0.00001'))
})

test('a rebate is a fee the other way round', () => {
  const { ledger, asset, fill } = setUp()
  fill({ instrument: LINEAR, side: 'buy', price: 600_000, quantity: 1, feeAsset: asset.usdt, fee: amount('-0.003') })
  assert.equal(ledger.balance(0, LINEAR, asset.usdt), amount('0.003'))
})

test('funding and transfers go to the wallet that they concern', () => {
  const { rows, ledger, asset } = setUp(['main', 'hedge'])
  ledger.bookTransfer(1, rows.buffer, rows.transfer(1, asset.usdt, amount('250.5')))
  ledger.bookTransfer(1, rows.buffer, rows.transfer(1, asset.usdt, amount('-50')))
  ledger.bookFunding(0, 0, rows.buffer, rows.funding(LINEAR, asset.usdt, amount('-1.25')))
  assert.equal(ledger.balance(1, 1, asset.usdt), amount('200.5'))
  assert.equal(ledger.balance(0, 0, asset.usdt), amount('-1.25'))
  assert.equal(ledger.total(ledger.contra + CONTRA.external, asset.usdt), amount('-200.5'))
  assert.equal(ledger.total(ledger.contra + CONTRA.funding, asset.usdt), amount('1.25'))
  ledger.assertBalanced()
  assert.throws(() => ledger.bookTransfer(0, rows.buffer, rows.transfer(7, asset.usdt, 1n)), {
    code: 'mismatch',
    message: 'a money row names wallet 7; the session has 2: futures, spot',
  })
  assert.throws(() => ledger.bookTransfer(0, rows.buffer, rows.transfer(0, 99, 1n)), /names asset 99/)
})

test('a turnover of 10^12 USDT and a balance of 10^15 at 8 decimals stay exact', () => {
  const { ledger, asset, fill } = setUp()
  ledger.deposit(0, LINEAR, asset.usdt, amount('1000000000000000.00000001'))
  // 2,500 trips of 200 million each way; every one loses a tick of 0.1 on 3,244.005 BTC and pays 0.00000001.
  const fee = { feeAsset: asset.usdt, fee: amount('0.00000001') }
  for (let trip = 0; trip < 2500; trip += 1) {
    fill({ instrument: LINEAR, side: 'buy', price: 616_523, quantity: 3_244_005, ...fee })
    fill({ instrument: LINEAR, side: 'sell', price: 616_522, quantity: 3_244_005, ...fee })
  }
  assert.equal(ledger.turnover.get(asset.usdt), amount('1000001036306.25'))
  assert.equal(ledger.balance(0, LINEAR, asset.usdt), amount('999999999188998.74995001'))
})

test('an overflow names the balance, and the entry is not made', () => {
  const { ledger, asset } = setUp()
  const most = 2n ** 127n - 1n
  ledger.deposit(0, 0, asset.usdt, most)
  assert.throws(() => ledger.deposit(0, 0, asset.usdt, 1n), {
    name: 'AccountError',
    code: 'overflow',
    message: /balance main\/futures\/USDT: .* exceeds 128 bits/,
  })
  assert.equal(ledger.balance(0, 0, asset.usdt), most)
  ledger.deposit(0, 0, asset.usdt, -most)
  ledger.assertBalanced()
  ledger.deposit(0, 0, asset.usdt, -most)
  assert.throws(() => ledger.deposit(0, 0, asset.usdt, -10n), /balance external\/futures\/USDT/)
  ledger.assertBalanced()
})

test('an entry of nothing is none, and an entry between two assets is a bug', () => {
  const { ledger, asset } = setUp()
  const one = new I128Array(2)
  one.setNumber(1, 1)
  ledger.post(ledger.slot(0, 0, asset.usdt), ledger.slot(0, 1, asset.usdt), one, 0)
  assert.equal(ledger.entries, 0)
  assert.throws(() => ledger.post(ledger.slot(0, 0, asset.usdt), ledger.slot(0, 0, asset.btc), one, 1), {
    name: 'AssertionError',
  })
  assert.throws(() => ledger.slot(0, 2, 0), /no such wallet/)
})

test('a fill that was not applied to the position first is a bug', () => {
  const { rows, positions, ledger } = setUp()
  const row = rows.fill({ instrument: LINEAR, side: 'buy', price: 1, quantity: 1 })
  assert.throws(() => ledger.bookFill(0, 0, rows.buffer, row, positions), /applied to the position before/)
})

test('a ledger comes back from a checkpoint as it was', () => {
  const { ledger, asset, fill, rows } = setUp()
  ledger.deposit(0, SPOT, asset.usdt, amount('1000'))
  fill({ instrument: SPOT, side: 'buy', price: 6_160_000, quantity: 1000, feeAsset: asset.btc, fee: amount('0.00001') })
  const writer = new StateWriter()
  ledger.save(writer)
  const bytes = writer.finish()
  const again = new Ledger({ accounts: ['main'], wallets: WALLETS, assets: rows.assets })
  again.deposit(0, LINEAR, asset.bnb, 5n)
  const reader = new StateReader(bytes)
  again.load(reader)
  reader.finish()
  assert.deepEqual(again.balances.words, ledger.balances.words)
  assert.deepEqual(again.turnover.words, ledger.turnover.words)
  assert.equal(again.entries, ledger.entries)
  const smaller = new Ledger({ accounts: ['main'], wallets: ['one'], assets: rows.assets })
  assert.throws(() => smaller.load(new StateReader(bytes)), /does not fit a ledger of 15/)
})
