import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BLOCK,
  COMMAND,
  DIRECTION,
  ORDER_STATUS,
  ORDER_TYPE,
  REQUEST_OPERATION,
  TIME_IN_FORCE,
} from '../../core/tape/kinds.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { MONDAY_US, ReportRun } from '../../testing/report-run.ts'
import type { GroupRow, Report } from './report-data.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const E16 = 10_000_000_000_000_000n

/** Buys 0.1 at 60,000.0, sells at 60,600.0 (gross 60); pays 3 + 3.03 in fees and 0.5 of funding. */
function oneWinningTrade(): ReportRun {
  const run = new ReportRun()
  run.trade(600_000)
  run.signal(DIRECTION.long, 'rise')
  run.takes({ side: 'buy', price: 600_000, quantity: 100, fee: '3' })
  run.trade(597_000, 1 * HOUR)
  run.trade(603_000, 1 * HOUR)
  run.funding('-0.5')
  run.trade(606_000, 1 * HOUR)
  run.signal(DIRECTION.flat, 'fade')
  run.takes({ side: 'sell', price: 606_000, quantity: 100, fee: '3.03' })
  run.trade(606_000, 1 * HOUR)
  return run
}

/** A trade of `gain` USDT before fees of 1 in all, an hour long. */
function tradeOf(run: ReportRun, gain: number): void {
  run.trade(600_000, HOUR)
  run.takes({ side: 'buy', price: 600_000, quantity: 100, fee: '0.4' })
  run.trade(600_000 + gain * 100, HOUR)
  run.takes({ side: 'sell', price: 600_000 + gain * 100, quantity: 100, fee: '0.6' })
}

function named(rows: readonly GroupRow[], name: string): GroupRow {
  const row = rows.find((one) => one.name === name)
  assert.ok(row, `no row ${name} among ${rows.map((one) => one.name).join(', ')}`)
  return row
}

test('net is gross less fees plus funding, and what equity gained', () => {
  const { result } = oneWinningTrade().finish()
  assert.deepEqual(result, {
    equityStart: '10000',
    equityEnd: '10053.47',
    transfers: '0',
    gross: '60',
    fees: '6.03',
    funding: '-0.5',
    net: '53.47',
    open: '0',
    revaluation: '0',
    returnOnStart: { value: 0.005347 },
    netAtDoubleFees: '47.44',
  })
})

test('a closed trade tells its prices, money and reasons', () => {
  const run = oneWinningTrade()
  const report = run.finish()
  assert.deepEqual(run.trades, [
    {
      number: 1,
      strategy: 'momentum',
      instrument: 'BTCUSDT',
      side: 'long',
      entryUs: MONDAY_US,
      exitUs: MONDAY_US + 3 * HOUR,
      entryPrice: '60000',
      exitPrice: '60600',
      quantity: '0.1',
      gross: '60',
      fees: '6.03',
      funding: '-0.5',
      net: '53.47',
      fills: 2,
      makerShare: 0,
      entryReason: 'rise',
      exitReason: 'fade',
    },
  ])
  assert.deepEqual(report.charts.trades, run.trades)
  assert.equal(report.trades.count, 1)
  assert.deepEqual(report.trades.winRate, { value: 1 })
  assert.deepEqual(report.trades.profitFactor, { na: 'no losing trade' })
  assert.equal(report.trades.perDay, 6)
})

test('statistics that a few trades cannot carry say so', () => {
  const { ratios } = oneWinningTrade().finish()
  assert.deepEqual(ratios.sharpe, { na: '1 trade, need 30' })
  assert.deepEqual(ratios.sortino, { na: '1 trade, need 30' })
  assert.deepEqual(ratios.calmar, { na: '1 trade, need 30' })
})

test('a drawdown is the deepest fall below a peak, with its times', () => {
  const report = oneWinningTrade().finish()
  // After the entry's fee equity is 9,997, and 9,967 at 59,700; it is above 10,000 at 60,300.
  assert.deepEqual(report.drawdown, {
    amount: '33',
    fraction: 0.0033,
    peakUs: MONDAY_US,
    troughUs: MONDAY_US + 2 * HOUR,
    recoveredUs: MONDAY_US + 3 * HOUR,
    durationUs: 3 * HOUR,
  })
  assert.equal(report.maxDrawdownFraction, 0.0033)
})

test('holding is reckoned from the first price to the last', () => {
  const { hold } = oneWinningTrade().finish()
  assert.deepEqual(hold, {
    net: '100',
    fraction: { value: 0.01 },
    maxDrawdown: { value: 1 - 597 / 600 },
    instruments: 1,
  })
})

test('holding several instruments gives each the same share', () => {
  const run = new ReportRun({
    instruments: [exampleInstrument('BTCUSDT'), exampleInstrument('ETHUSDT'), exampleInstrument('XRPUSDT')],
  })
  run.trade(1000, 0, 0)
  run.trade(500, 0, 1)
  run.trade(100, 0, 2)
  run.takes({ side: 'buy', price: 1000, quantity: 1, instrument: 0 })
  run.takes({ side: 'sell', price: 500, quantity: 1, instrument: 1 })
  run.trade(1200, MINUTE, 0)
  run.trade(450, MINUTE, 1)
  run.trade(900, MINUTE, 2)
  const { hold } = run.finish()
  // 5,000 each: + 20 % and - 10 %; the third was never traded.
  assert.equal(hold.net, '500')
  assert.equal(hold.instruments, 2)
})

test('exposure is the time and the equity that was in the market', () => {
  const { exposure } = oneWinningTrade().finish()
  assert.deepEqual(exposure.timeInMarket, { value: 0.75 })
  assert.ok('value' in exposure.max && 'value' in exposure.average)
  // 0.1 at 60,600 over an equity of 10,056.5 before the exit.
  assert.ok(Math.abs(exposure.max.value - 0.6) < 0.01, String(exposure.max.value))
  assert.ok(Math.abs(exposure.average.value - 0.45) < 0.01, String(exposure.average.value))
})

test('an open position counts in the result but is no trade', () => {
  const run = new ReportRun()
  run.trade(600_000)
  run.takes({ side: 'sell', price: 600_000, quantity: 100, fee: '3' })
  run.trade(590_000, HOUR)
  const report = run.finish()
  assert.equal(report.result.net, '97')
  assert.equal(report.result.open, '100')
  assert.equal(report.trades.count, 0)
  assert.equal(report.trades.open, 1)
  assert.deepEqual(report.trades.winRate, { na: 'no trades' })
  assert.deepEqual(report.trades.profitFactor, { na: 'no trades' })
  assert.deepEqual(
    report.groups.side.map(({ name, net }) => ({ name, net })),
    [{ name: '(not closed)', net: '97' }],
  )
})

test('wins, losses, streaks and averages are those of the closed trades', () => {
  const run = new ReportRun()
  for (const gain of [11, -4, -7, -1, 21, 1, -9]) tradeOf(run, gain)
  const { trades, result } = run.finish()
  // Net of fees: 10, -5, -8, -2, 20, 0, -10.
  assert.equal(result.net, '5')
  assert.deepEqual(
    { ...trades, perDay: 0 },
    {
      count: 7,
      open: 0,
      wins: 2,
      losses: 4,
      winRate: { value: 2 / 7 },
      averageWin: '15',
      averageLoss: '-6.25',
      payoff: { value: 2.4 },
      profitFactor: { value: 1.2 },
      expectancy: '0.714285714285714285',
      largestWin: '20',
      largestLoss: '-10',
      longestLosingStreak: {
        trades: 3,
        net: '-15',
        fromUs: MONDAY_US + 3 * HOUR,
        toUs: MONDAY_US + 8 * HOUR,
      },
      averageDurationUs: HOUR,
      longestLosingTradeUs: HOUR,
      perDay: 0,
    },
  )
})

test('a loss without any win has a profit factor of zero', () => {
  const run = new ReportRun()
  tradeOf(run, -5)
  const { trades } = run.finish()
  assert.deepEqual(trades.profitFactor, { value: 0 })
  assert.deepEqual(trades.payoff, { na: 'no winning trade' })
})

test('breakdowns add up to the result', () => {
  const run = new ReportRun({
    instruments: [exampleInstrument('BTCUSDT'), exampleInstrument('ETHUSDT')],
    strategies: ['momentum', 'breakout', 'momentum'],
  })
  run.trade(600_000)
  run.trade(30_000, 0, 1)
  run.signal(DIRECTION.long, 'rise', 0)
  run.takes({ side: 'buy', price: 600_000, quantity: 100, fee: '3', strategy: 0 })
  run.signal(DIRECTION.short, 'low', 1)
  run.takes({ side: 'sell', price: 600_000, quantity: 50, fee: '1.5', strategy: 1 })
  run.signal(DIRECTION.long, 'rise', 2, 1)
  run.takes({ side: 'buy', price: 30_000, quantity: 1000, fee: '1', strategy: 2, instrument: 1 })
  run.funding('-0.7')
  run.trade(610_000, DAY)
  run.trade(29_000, 0, 1)
  run.takes({ side: 'buy', price: 610_000, quantity: 50, fee: '1.6', strategy: 1 })
  run.order({ side: 'sell', quantity: 1000, strategy: 2, instrument: 1, type: ORDER_TYPE.stopMarket, protective: true })
  run.fill({ side: 'sell', price: 29_000, quantity: 1000, fee: '1', instrument: 1, intent: 5 })
  run.trade(610_000, HOUR)
  const report = run.finish()
  // Long + 100 open, short - 50, ETH - 100; fees 8.1; funding -0.7 shared 1,000 : -500 and taken back.
  assert.equal(report.result.net, '-58.8')
  const rows = (list: readonly GroupRow[]): unknown => list.map(({ name, trades, net }) => [name, trades, net])
  assert.deepEqual(rows(report.groups.strategy), [
    ['momentum', 0, '95.6'],
    ['breakout', 1, '-52.4'],
    ['momentum #2', 1, '-102'],
  ])
  assert.deepEqual(rows(report.groups.instrument), [
    ['BTCUSDT', 0 + 1, '43.2'],
    ['ETHUSDT', 1, '-102'],
  ])
  assert.deepEqual(rows(report.groups.side), [
    ['short', 1, '-52.4'],
    ['long', 1, '-102'],
    ['(not closed)', 0, '95.6'],
  ])
  assert.deepEqual(rows(report.groups.exitReason), [
    ['low', 1, '-52.4'],
    ['stop', 1, '-102'],
    ['(not closed)', 0, '95.6'],
  ])
})

test('days, weeks and months split the result at midnight UTC', () => {
  const run = new ReportRun()
  run.time = MONDAY_US - DAY + 23 * HOUR
  run.trade(600_000)
  run.takes({ side: 'buy', price: 600_000, quantity: 100, fee: '3' })
  run.trade(601_000, 59 * MINUTE)
  run.trade(603_000, 2 * MINUTE)
  run.funding('0.25')
  run.takes({ side: 'sell', price: 603_000, quantity: 100, fee: '3' })
  run.trade(603_000, MINUTE)
  const { groups, result } = run.finish()
  assert.equal(result.net, '24.25')
  assert.deepEqual(groups.day, [
    {
      period: '2024-08-04',
      gross: '10',
      fees: '3',
      funding: '0',
      net: '7',
      fraction: { value: 0.0007 },
      equityEnd: '10007',
      trades: 0,
      wins: 0,
      entries: 1,
      netByEntry: '24.25',
    },
    {
      period: '2024-08-05',
      gross: '20',
      fees: '3',
      funding: '0.25',
      net: '17.25',
      fraction: { value: Number(1725n * E16) / Number(10_007n * 100n * E16) },
      equityEnd: '10024.25',
      trades: 1,
      wins: 1,
      entries: 0,
      netByEntry: '0',
    },
  ])
  assert.deepEqual(
    groups.week.map(({ period, net }) => [period, net]),
    [
      ['2024-W31', '7'],
      ['2024-W32', '17.25'],
    ],
  )
  assert.deepEqual(
    groups.month.map(({ period, net, trades, entries }) => [period, net, trades, entries]),
    [['2024-08', '24.25', 1, 1]],
  )
})

test('a transfer is no result and no drawdown', () => {
  const run = new ReportRun()
  run.transfer('0.0')
  run.trade(600_000)
  run.trade(600_000, HOUR)
  run.transfer('-4000')
  run.trade(600_000, HOUR)
  const report = run.finish()
  assert.equal(report.result.equityEnd, '6000')
  assert.equal(report.result.transfers, '-4000')
  assert.equal(report.result.net, '0')
  assert.equal(report.result.revaluation, '0')
  assert.equal(report.drawdown, null)
  assert.equal(report.groups.day[0]?.net, '0')
})

test('orders are counted by what became of them', () => {
  const run = new ReportRun()
  run.trade(600_000)
  const limit = { side: 'buy', price: 600_000, quantity: 100, type: ORDER_TYPE.limit } as const
  const whole = run.order(limit)
  run.update(whole, ORDER_STATUS.accepted)
  run.fill({ side: 'buy', price: 600_000, quantity: 40, filled: 40, intent: whole, maker: true })
  run.fill({ side: 'buy', price: 600_000, quantity: 60, filled: 100, intent: whole, maker: true })
  const part = run.order(limit)
  run.fill({ side: 'buy', price: 600_000, quantity: 50, filled: 50, intent: part })
  run.request(part, REQUEST_OPERATION.cancel)
  run.update(part, ORDER_STATUS.cancelled)
  for (const code of [-5022, -2019, -5022]) run.update(run.order(limit), ORDER_STATUS.rejected, code)
  run.blocked(BLOCK.insufficientFunds | BLOCK.positionTooLarge)
  run.blocked(BLOCK.insufficientFunds)
  run.signal(DIRECTION.long, 'rise')
  const { orders, trading } = run.finish()
  assert.deepEqual(orders, {
    signals: 1,
    placed: 5,
    accepted: 1,
    cancelRequests: 1,
    filled: 1,
    partlyFilled: 1,
    cancelled: 1,
    expired: 0,
    rejected: 3,
    fillRatio: { value: 0.4 },
    quantityRatio: { value: 0.3 },
    blocked: 2,
    blockedBy: [
      { reason: 'insufficient funds', count: 2 },
      { reason: 'position too large', count: 1 },
    ],
    rejectedBy: [
      { code: -5022, message: 'error -5022', count: 2 },
      { code: -2019, message: 'error -2019', count: 1 },
    ],
  })
  assert.equal(trading.fills, 3)
  assert.equal(trading.turnover, '9000')
  assert.deepEqual(trading.turnoverRatio, { value: 0.9 })
  assert.deepEqual(trading.makerShare, { value: 2 / 3 })
})

test('the reason of an exit is what made the order that closed', () => {
  const run = new ReportRun()
  run.trade(600_000)
  const reasons: string[] = []
  const roundTrip = (exit: () => number): void => {
    run.sequence += 1
    run.takes({ side: 'buy', price: 600_000, quantity: 100 })
    run.sequence += 1
    const intent = exit()
    run.fill({ side: 'sell', price: 600_000, quantity: 100, intent })
    reasons.push(run.trades.at(-1)?.exitReason ?? 'none')
  }
  const sell = { side: 'sell', quantity: 100 } as const
  roundTrip(() => run.order({ ...sell, type: ORDER_TYPE.limit, timeInForce: TIME_IN_FORCE.postOnly }))
  roundTrip(() => {
    run.signal(DIRECTION.flat, 'rebound')
    run.target()
    return run.order(sell)
  })
  roundTrip(() => {
    run.target()
    return run.order(sell)
  })
  roundTrip(() => run.order({ ...sell, type: ORDER_TYPE.takeProfitMarket, protective: true }))
  roundTrip(() => {
    run.operator(COMMAND.flatten)
    run.target()
    return run.order(sell)
  })
  assert.deepEqual(reasons, ['quote', 'rebound', 'target', 'take-profit', 'operator'])
})

test('fills of orders that the run did not give are booked and named', () => {
  const run = new ReportRun()
  run.trade(600_000)
  run.fill({ side: 'buy', price: 600_000, quantity: 100, intent: 0 })
  run.trade(601_000, HOUR)
  const report = run.finish()
  assert.equal(report.result.net, '10')
  assert.equal(named(report.groups.strategy, 'outside the run').net, '10')
  assert.equal(report.trading.outsideFills, 1)
  assert.match(report.notices.join('\n'), /1 fill of orders that no strategy/)
})

test('a strategy that failed is named with the time', () => {
  const run = new ReportRun()
  run.trade(600_000, HOUR)
  run.failed(0)
  assert.deepEqual(run.finish().notices, [
    'momentum threw an error at 2024-08-05T01:00:00.000000Z and was paused from then on',
  ])
})

test('a run without any row is a report of nothing', () => {
  const report: Report = new ReportRun().finish()
  assert.equal(report.result.net, '0')
  assert.equal(report.trades.count, 0)
  assert.deepEqual(report.hold.fraction, { na: 'nothing was traded' })
  assert.deepEqual(report.exposure.timeInMarket, { na: 'no time passed' })
  assert.deepEqual(report.orders.fillRatio, { na: 'no orders' })
  assert.deepEqual(report.trading.makerShare, { na: 'no fills' })
})

test('ratios state the returns they rest on', () => {
  const run = new ReportRun()
  run.trade(600_000)
  for (let day = 0; day < 40; day += 1) {
    tradeOf(run, day % 4 === 3 ? -19 : 11)
    run.trade(600_000, 22 * HOUR)
  }
  const { ratios, maxDrawdownFraction } = run.finish()
  assert.equal(ratios.basis, '40 daily returns, annualised with √365')
  // Independently: 10 on three days of four, -20 on the fourth, each over the equity of the day's beginning.
  const returns: number[] = []
  let equity = 10_000
  for (let day = 0; day < 40; day += 1) {
    const gain = day % 4 === 3 ? -20 : 10
    returns.push(gain / equity)
    equity += gain
  }
  const mean = returns.reduce((a, b) => a + b) / 40
  const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) * (r - mean), 0) / 39)
  const downside = Math.sqrt(returns.reduce((sum, r) => sum + Math.min(r, 0) * Math.min(r, 0), 0) / 40)
  const close = (figure: Report['ratios']['sharpe'], expected: number): void => {
    assert.ok(
      'value' in figure && Math.abs(figure.value / expected - 1) < 1e-9,
      `${JSON.stringify(figure)} ≠ ${expected}`,
    )
  }
  close(ratios.sharpe, (mean / deviation) * Math.sqrt(365))
  close(ratios.sortino, (mean / downside) * Math.sqrt(365))
  const growth = Math.exp((Math.log(equity / 10_000) * 365) / 40) - 1
  close(ratios.calmar, growth / maxDrawdownFraction)
})

test('thirty trades in an hour are still no base for a ratio', () => {
  const run = new ReportRun()
  for (let i = 0; i < 40; i += 1) {
    run.trade(600_000, SECOND)
    run.takes({ side: 'buy', price: 600_000, quantity: 1 })
    run.trade(600_100 - (i % 3) * 100, SECOND)
    run.takes({ side: 'sell', price: 600_100 - (i % 3) * 100, quantity: 1 })
  }
  const { ratios } = run.finish()
  assert.deepEqual(ratios.sharpe, { na: '0 hours, need 30' })
  assert.deepEqual(ratios.calmar, { na: '0.0 days, need 30' })
})
