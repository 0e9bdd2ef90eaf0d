import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashBytes, StateReader, StateWriter } from '../../../core/tape/state.ts'
import { ACCOUNTS, MIDDLE, step, take } from '../../../testing/futures-requests.ts'
import { FuturesWorld, venueInstrument } from '../../../testing/futures-world.ts'
import { EVENT, FIELD, FIELDS, REASON } from '../events.ts'
import { ORDER_FLAG } from '../order-store.ts'
import { BUY } from '../requests.ts'

const DEPOSIT = 300_00000000n

function newWorld(): FuturesWorld {
  const rules = { minNotionalMicros: 0, makerFeePpm: 200 } as const
  const instruments = [venueInstrument('AUSDT', rules), venueInstrument('BUSDT', { ...rules, makerFeePpm: -50 })]
  const world = new FuturesWorld({ instruments })
  for (let account = 0; account < ACCOUNTS; account++) world.open('300')
  return world.mark(MIDDLE, 0).mark(MIDDLE, 1)
}

/** What accounts must hold by the events alone, and what no request may break. */
function checkBooks(world: FuturesWorld, transfers: readonly bigint[]): void {
  const { state } = world.venue
  state.wallets.ledger.assertBalanced()
  const wallets = transfers.map((amount) => DEPOSIT + amount)
  const positions = new Map<string, number>()
  for (let at = 0; at < world.log.length; at += FIELDS) {
    const cell = (field: number): number => world.log[at + field] as number
    const account = cell(FIELD.account)
    if (cell(FIELD.kind) === EVENT.fill) {
      wallets[account] = (wallets[account] ?? 0n) + BigInt(cell(FIELD.realized)) - BigInt(cell(FIELD.amount))
      const key = `${account} ${cell(FIELD.instrument)}`
      const lots = cell(FIELD.side) === BUY ? cell(FIELD.quantity) : -cell(FIELD.quantity)
      positions.set(key, (positions.get(key) ?? 0) + lots)
    } else if (cell(FIELD.kind) === EVENT.balance) {
      const isTold = cell(FIELD.detail) === REASON.fundingFee || cell(FIELD.detail) === REASON.insuranceClear
      if (isTold) wallets[account] = (wallets[account] ?? 0n) + BigInt(cell(FIELD.amount))
    }
  }
  for (let account = 0; account < ACCOUNTS; account++) {
    assert.equal(world.wallet(account), wallets[account], `wallet of ${account}`)
    for (const instrument of [0, 1]) {
      const lots = [0, 1, 2].reduce((sum, side) => sum + positionOf(world, account, instrument, side), 0)
      assert.equal(lots, positions.get(`${account} ${instrument}`) ?? 0, 'a position is the sum of its fills')
    }
  }
  checkRows(world)
}

function positionOf(world: FuturesWorld, account: number, instrument: number, side: number): number {
  const { rows } = world.venue.state
  const row = rows.find(account, instrument, side)
  return row === -1 ? 0 : (rows.quantity[row] as number)
}

/** Profit comes from nowhere: what all have realized is what all their positions cost. And sums of orders are sums of orders. */
function checkRows(world: FuturesWorld): void {
  const { rows, orders } = world.venue.state
  for (const instrument of [0, 1]) {
    let [cost, realized, lots] = [0n, 0n, 0]
    for (let row = 0; row < rows.count; row++) {
      if (rows.instrument[row] !== instrument) continue
      cost += rows.cost.get(row)
      realized += rows.realized.get(row)
      const quantity = rows.quantity[row] as number
      lots += quantity
      if (quantity === 0)
        assert.deepEqual([rows.cost.get(row), rows.fees.get(row), rows.isolatedWallet.get(row)], [0n, 0n, 0n])
      if (rows.side[row] === 1) assert.ok(quantity >= 0, 'a long side is never short')
      if (rows.side[row] === 2) assert.ok(quantity <= 0, 'a short side is never long')
      let [buys, sells, reduceOnly, value] = [0, 0, 0, 0n]
      const account = rows.account[row] as number
      for (let slot = orders.firstOwn(account, instrument); slot !== -1; slot = orders.nextOwn[slot] as number) {
        if (orders.positionSide[slot] !== rows.side[row]) continue
        if (((orders.flags[slot] as number) & ORDER_FLAG.reduceOnly) !== 0) {
          reduceOnly++
          assert.ok(
            orders.side[slot] === BUY ? quantity < 0 : quantity > 0,
            'a reduce-only order has something to reduce',
          )
          continue
        }
        const remaining = orders.remaining[slot] as number
        if (orders.side[slot] === BUY) buys += remaining
        else sells += remaining
        value += BigInt(remaining) * BigInt(orders.price[slot] as number) * 10_000n
      }
      assert.deepEqual([rows.buyLots[row], rows.sellLots[row], rows.reduceOnlyOrders[row]], [buys, sells, reduceOnly])
      assert.equal(rows.buyValue.get(row) + rows.sellValue.get(row), value)
    }
    assert.equal(lots, 0, 'what some are long others are short')
    assert.equal(cost, realized, 'profit of all is the cost of all')
  }
}

test('whatever accounts ask, money and positions add up', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const world = newWorld()
      const transfers: bigint[] = Array.from({ length: ACCOUNTS }, () => 0n)
      for (const one of steps) {
        const isTransfer = one.kind === 'request' && one.request.kind === 'transfer'
        if (!isTransfer) {
          take(world, one)
          continue
        }
        const { account, amount } = one.request
        if (take(world, one) === 0)
          transfers[account] = (transfers[account] ?? 0n) + BigInt(Math.round(Number(amount) * 1e8))
      }
      checkBooks(world, transfers)
    }),
    { numRuns: 150 },
  )
})

test('the same requests give the same events, also through a venue that was saved between', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 100, size: 'max' }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, where) => {
        const whole = newWorld()
        for (const one of steps) take(whole, one)
        let world = newWorld()
        const cut = Math.floor(steps.length * where)
        for (const one of steps.slice(0, cut)) take(world, one)
        const writer = new StateWriter()
        world.venue.save(writer)
        const saved = writer.finish()
        const before = world.log
        world = newWorld()
        const reader = new StateReader(saved)
        world.venue.load(reader)
        reader.finish()
        const again = new StateWriter()
        world.venue.save(again)
        assert.equal(again.hash(), hashBytes(saved), 'a loaded venue saves itself as it was')
        world.log.length = 0
        for (const one of steps.slice(cut)) take(world, one)
        assert.deepEqual([...before, ...world.log], whole.log)
      },
    ),
    { numRuns: 100 },
  )
})
