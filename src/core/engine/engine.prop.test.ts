import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EngineDriver, wholeInstrument } from '../../testing/engine-driver.ts'
import { RandomSession, SESSION, steps } from '../../testing/random-session.ts'
import type { Step } from '../../testing/random-session.ts'
import { PURPOSE } from '../account/orders.ts'
import { defineStrategy } from '../strategy/contract.ts'
import { BLOCK, ORDER_FLAGS } from '../tape/kinds.ts'
import type { RowBuffer } from '../tape/row-buffer.ts'
import { MARKET_KINDS } from '../tape/layout.ts'
import { recordRows } from '../tape/row-buffer.ts'
import { Engine } from './engine.ts'

const UNIT = 10n ** 18n
const FEE = UNIT / 100n
const runs = { numRuns: 60 }

function play(list: readonly Step[], check: (session: RandomSession) => void = () => undefined): RandomSession {
  const session = new RandomSession()
  for (const step of list) {
    session.take(step)
    check(session)
  }
  return session
}

/** What one lot of an instrument is worth at one price quantum, in 10^-18. */
function lotValue({ driver }: RandomSession, instrument: number): bigint {
  const rules = driver.config.instruments[instrument]
  assert.ok(rules !== undefined)
  const size = rules.contractSize === 1 ? UNIT : UNIT / 100n
  return size / 10n ** BigInt(rules.priceDecimals + rules.quantityDecimals)
}

/** Value of `lots` at the newest price of an instrument: mark, else last trade, else the middle. */
function valueOf(session: RandomSession, instrument: number, lots: number): bigint {
  const { market } = session.driver.engine
  const rules = session.driver.config.instruments[instrument]
  const lot = BigInt(lots) * lotValue(session, instrument)
  const mark = market.mark[instrument] as number
  if (mark > 0)
    return (lot * BigInt(mark) * 10n ** BigInt(rules?.priceDecimals ?? 0)) / 10n ** BigInt(rules?.markDecimals ?? 0)
  const last = market.last[instrument] as number
  if (last > 0) return lot * BigInt(last)
  const middle = (market.top[instrument * 4] as number) + (market.top[instrument * 4 + 2] as number)
  return (lot * BigInt(middle)) / 2n
}

/** Transfers, and the money that fills and funding moved: everything but what is held. */
function cash(session: RandomSession): bigint {
  let sum = session.transfers + session.funding - BigInt(session.fees) * FEE
  for (const { instrument, price, lots } of session.flows)
    sum -= BigInt(lots) * BigInt(price) * lotValue(session, instrument)
  return sum
}

test('equity is transfers and funding less fees, less what was paid for fills, plus what is held: to the last digit', () => {
  fc.assert(
    fc.property(steps, (list) => {
      play(list, (session) => {
        const { engine, config } = session.driver
        let expected = cash(session)
        for (const [i] of config.instruments.entries())
          expected += valueOf(session, i, engine.account.quantity[i] as number)
        assert.equal(engine.exactEquity(), expected)
        engine.ledger.assertBalanced()
      })
    }),
    runs,
  )
})

test('equity is also start, transfers, realised and unrealised profit and funding less fees', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const session = play(list)
      const { engine, config } = session.driver
      const { account } = engine
      let expected = session.transfers
      for (const [i] of config.instruments.entries()) {
        const unrealised = valueOf(session, i, account.quantity[i] as number) - account.cost.get(i)
        expected += account.realised.get(i) + account.funding.get(i) - account.fees.get(i) + unrealised
      }
      assert.equal(engine.exactEquity(), expected)
    }),
    runs,
  )
})

test('positions are the sum of their fills, and the strategies’ books with foreign fills add up to the account', () => {
  fc.assert(
    fc.property(steps, (list) => {
      play(list, (session) => {
        const { driver, flows } = session
        for (const [i] of driver.config.instruments.entries()) {
          const filled = flows.filter(({ instrument }) => instrument === i)
          const sum = (of: typeof flows): number => of.reduce((lots, flow) => lots + flow.lots, 0)
          assert.equal(driver.accountPosition(i), sum(filled))
          const foreign = sum(filled.filter(({ kind }) => kind === 'foreign'))
          assert.equal(driver.position(0, i) + driver.position(1, i) + foreign, driver.accountPosition(i))
        }
      })
    }),
    runs,
  )
})

test('what the limits reckon with is what the open orders could still add', () => {
  fc.assert(
    fc.property(steps, (list) => {
      play(list, ({ driver }) => {
        const { orders } = driver.engine
        const open = driver.config.instruments.map(() => [0, 0] as [number, number])
        for (let key = 0; key < orders.keys; key++) {
          for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number) {
            const flags = orders.flags[slot] as number
            const left = (orders.quantity[slot] as number) - (orders.filled[slot] as number)
            assert.ok(left > 0, 'an order that is filled is gone')
            const sides = open[key % open.length]
            if (sides !== undefined && (flags & ORDER_FLAGS.reduceOnly) === 0)
              sides[flags & ORDER_FLAGS.sell ? 1 : 0] += left
          }
        }
        const { exposure } = driver.engine
        assert.deepEqual(
          open.map((_, i) => [exposure.openBuy[i], exposure.openSell[i]]),
          open,
        )
        assert.equal(
          exposure.total[0],
          exposure.worst.reduce((sum, worst) => sum + worst, 0),
        )
      })
    }),
    runs,
  )
})

test('a key has one order for its target at a time', () => {
  fc.assert(
    fc.property(steps, (list) => {
      play(list, ({ driver: { engine } }) => {
        const { orders } = engine
        for (let key = 0; key < orders.keys; key++) {
          let targets = 0
          for (let slot = orders.first[key] as number; slot >= 0; slot = orders.next[slot] as number)
            if (orders.purpose[slot] === PURPOSE.target) targets++
          assert.ok(targets <= 1)
        }
      })
    }),
    runs,
  )
})

test('while opening is stopped no opening order leaves', () => {
  fc.assert(
    fc.property(steps, (list) => {
      let stopped = false
      play(list, ({ driver }) => {
        const { standing } = driver.engine.check
        const opened = driver.last.some((output) => output.kind === 'intent' && output.opening)
        if (stopped && (standing & (BLOCK.paused | BLOCK.killed)) !== 0) assert.ok(!opened)
        stopped = (standing & (BLOCK.paused | BLOCK.killed)) !== 0
      })
    }),
    runs,
  )
})

test('every output’s cause is the input of its step, and n counts from 0', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { driver } = play(list)
      const places = new Map<number, number>()
      for (const { cause, n } of driver.outputs) {
        assert.equal(n, places.get(cause) ?? 0)
        places.set(cause, n + 1)
      }
      const causes = driver.outputs.map(({ cause }) => cause)
      assert.deepEqual(
        causes,
        causes.toSorted((a, b) => a - b),
      )
      assert.ok(causes.every((cause) => cause >= 0 && cause < (driver.engine.sequence[0] as number)))
    }),
    runs,
  )
})

test('a state saved anywhere and loaded into a fresh engine goes on to the same outputs and the same state', () => {
  fc.assert(
    fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (list, where) => {
      const { tape, engine } = play(list).driver
      const rows = headsOf(tape)
      const cut = Math.floor(where * rows.length)
      const before = fresh()
      const head = replay(before, tape, rows.slice(0, cut))
      const after = fresh()
      after.load(before.save())
      assert.deepEqual(after.save(), before.save())
      const tail = replay(after, tape, rows.slice(cut))
      const whole = fresh()
      assert.deepEqual(Buffer.concat([head, tail]), replay(whole, tape, rows))
      assert.deepEqual(after.save(), whole.save())
      assert.deepEqual(after.save(), engine.save())
    }),
    runs,
  )
})

test('two engines that read the same rows say the same, whether rows come one by one or many at a time', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { tape } = play(list).driver
      const rows = headsOf(tape)
      const [one, other, many] = [fresh(), fresh(), fresh()]
      const said = replay(one, tape, rows)
      assert.deepEqual(replay(other, tape, rows), said)
      assert.deepEqual(replayMany(many, tape), said)
      for (const engine of [other, many]) {
        assert.equal(engine.outputs.digest.hex(), one.outputs.digest.hex())
        assert.equal(engine.inputDigest.hex(), one.inputDigest.hex())
        assert.deepEqual(engine.save(), one.save())
      }
    }),
    runs,
  )
})

test('a limit that is reached among many rows stops opening within the row that reached it', () => {
  const definition = defineStrategy({
    name: 'steady',
    needs: {},
    onBest({ instrument, bid }, ctx) {
      const slots = ctx.slots.clear().bid(bid, 10)
      ctx.quote(instrument, bid < 90 ? slots.bid(bid - 1, 10) : slots)
    },
  })
  const instruments = [wholeInstrument('BTCUSDT'), wholeInstrument('ETHUSDT')]
  const options = { instruments, strategies: [{ definition }], config: { limits: { maxDailyLoss: 150 } } }
  const driver = new EngineDriver(options)
  for (const instrument of [0, 1, 0, 1]) driver.best(99, 101, instrument)
  driver.trade(99, 0)
  driver.accept(1, 2)
  driver.fill(1, { price: 99, quantity: 10 })
  driver.trade(80, 0)
  driver.wait(2_000_000)
  driver.said()
  driver.best(80, 82, 0)
  assert.deepEqual(driver.said(), ['blocked: dailyLoss', 'cancel #2'])
  const [single, many] = [new Engine(driver.config, [definition]), new Engine(driver.config, [definition])]
  assert.deepEqual(replayMany(many, driver.tape), replay(single, driver.tape, headsOf(driver.tape)))
  assert.deepEqual(many.save(), driver.engine.save())
})

test('looking at equity and prices changes nothing', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const { tape } = play(list).driver
      const rows = headsOf(tape)
      const [watched, alone] = [fresh(), fresh()]
      replay(watched, tape, rows, () => {
        watched.equity()
        watched.exactEquity()
        watched.explainEquity()
      })
      replay(alone, tape, rows)
      assert.deepEqual(watched.save(), alone.save())
    }),
    { numRuns: 15 },
  )
})

function fresh(): Engine {
  const { config } = new RandomSession().driver
  return new Engine(
    config,
    SESSION.strategies.map(({ definition }) => definition),
  )
}

function headsOf(tape: RowBuffer): readonly number[] {
  const rows: number[] = []
  for (let row = 0; row < tape.length; row += recordRows(tape, row)) rows.push(row)
  return rows
}

/** Steps through rows and returns all output bytes. */
function replay(engine: Engine, tape: RowBuffer, rows: readonly number[], look: () => void = () => undefined): Buffer {
  const said: Buffer[] = []
  for (const row of rows) {
    engine.step(tape, row)
    said.push(takeOutputs(engine))
    look()
  }
  return Buffer.concat(said)
}

/** The same, with stretches of market rows handed over whole. */
function replayMany(engine: Engine, tape: RowBuffer): Buffer {
  const said: Buffer[] = []
  const bound = Float64Array.of(Infinity)
  for (let row = 0; row < tape.length;) {
    let end = row
    while (end < tape.length && (tape.u8[end * 64] as number) <= MARKET_KINDS.last) end += recordRows(tape, end)
    const next = end > row ? engine.take(tape, row, end, bound) : row
    said.push(takeOutputs(engine))
    if (next > row) {
      row = next
      continue
    }
    engine.step(tape, row)
    said.push(takeOutputs(engine))
    row += recordRows(tape, row)
  }
  return Buffer.concat(said)
}

function takeOutputs({ outputs }: Engine): Buffer {
  const bytes = Buffer.from(outputs.rows.u8.slice(0, outputs.rows.length * 64))
  outputs.clear()
  return bytes
}
