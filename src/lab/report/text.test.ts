import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOCK, DIRECTION, ORDER_STATUS } from '../../core/tape/kinds.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { ReportRun } from '../../testing/report-run.ts'
import { showDuration, showFigure, showMoney, showNumber, showPercent, showSigned, shownDecimals } from './format.ts'
import { DISCLAIMER, reportText } from './text.ts'
import { tradeCsvLine, tradesCsvHeader } from './trades-csv.ts'

const HOUR = 3_600_000_000

function example(): ReportRun {
  const run = new ReportRun({
    instruments: ['BTCUSDT', 'ETHUSDT', 'XRPUSDT'].map((symbol) => exampleInstrument(symbol)),
    strategies: ['momentum', 'breakout'],
  })
  run.trade(600_000)
  run.trade(30_000, 0, 1)
  run.signal(DIRECTION.long, 'rise')
  run.takes({ side: 'buy', price: 600_000, quantity: 100, fee: '3' })
  run.takes({ side: 'buy', price: 30_000, quantity: 100, fee: '0.15', instrument: 1, strategy: 1 })
  run.trade(597_000, 26 * HOUR)
  run.trade(606_000, HOUR)
  run.signal(DIRECTION.flat, 'fade, then "gone"')
  run.takes({ side: 'sell', price: 606_000, quantity: 100, fee: '3.03' })
  run.blocked(BLOCK.insufficientFunds)
  run.update(run.order({ side: 'buy', quantity: 1, price: 600_000 }), ORDER_STATUS.rejected, -2019)
  run.failed(1)
  return run
}

test('the short result fits a terminal and says what was earned and why', () => {
  const text = reportText(example().finish(), { colour: false })
  const lines = text.split('\n')
  assert.equal(
    text,
    `momentum, breakout on BTCUSDT, ETHUSDT and 1 more
2024-08-05 00:00 to 2024-08-06 03:00 UTC (1 d 3 h), run example

Net            +53.82 USDT (+0.54 %)          gross +60.00 - fees 6.18 + funding 0.00
Equity         10,000.00 to 10,053.82 USDT
Double fees    +47.64                         Buy and hold   +50.00 (+0.50 %)
Trades         1 (0.89 a day), 1 open         Won            100 %, average +53.97, loss 0.00
Profit factor  n/a (no losing trade)          Expectancy     +53.97 a trade
Drawdown       33.15 (0.33 %) in 1 d 3 h from 2024-08-05 00:00, recovered
Losing streak  none
Sharpe         n/a (1 trade, need 30)         Sortino        n/a (1 trade, need 30)
Calmar         n/a (1 trade, need 30)         Net/drawdown   1.62
In market      100 % of the time, 63.0 % of equity on average, 63.0 % at most
Orders         4 placed, 75.0 % filled        Turnover       1.24 times the start, 0 % as maker
Blocked        1: insufficient funds 1
Rejected       1: -2019 error -2019 1

Strategy   Trades     Won    Gross   Fees   Funding      Net
momentum        1   100 %   +60.00   6.03      0.00   +53.97
breakout        0             0.00   0.15      0.00    -0.15

Instrument   Trades     Won    Gross   Fees   Funding      Net
BTCUSDT           1   100 %   +60.00   6.03      0.00   +53.97
ETHUSDT           0             0.00   0.15      0.00    -0.15

Exit                Trades     Won    Gross   Fees   Funding      Net
fade, then "gone"        1   100 %   +60.00   6.03      0.00   +53.97
(not closed)             0             0.00   0.15      0.00    -0.15

Note: breakout threw an error at 2024-08-06T03:00:00.000000Z and was paused from then on

${DISCLAIMER}
`,
  )
  for (const line of lines) assert.ok(line.length <= 100, line)
})

test('colours change nothing but colours', () => {
  const report = example().finish()
  const coloured = reportText(report, { colour: true })
  assert.notEqual(coloured, reportText(report, { colour: false }))
  const plain = coloured.split('\u001b').map((part, at) => (at === 0 ? part : part.slice(part.indexOf('m') + 1)))
  assert.equal(plain.join('').replaceAll(/ +\n/g, '\n'), reportText(report, { colour: false }))
})

test('a run of nothing is told without figures that mean nothing', () => {
  const text = reportText(new ReportRun().finish(), { colour: false })
  assert.match(text, /Won +n\/a \(no trades\)/)
  assert.match(text, /Buy and hold +n\/a \(nothing was traded\)/)
  assert.match(text, /Orders +0 placed +Turnover +none/)
  assert.doesNotMatch(text, /NaN|Infinity|undefined/)
})

test('money is rounded and grouped from its exact text', () => {
  assert.equal(showMoney('1234567.895', 2), '1,234,567.90')
  assert.equal(showMoney('1234567.885', 2), '1,234,567.88')
  assert.equal(showMoney('-999.999', 2), '-1,000.00')
  assert.equal(showMoney('123456789012345678.123456789', 2), '123,456,789,012,345,678.12')
  assert.equal(showSigned('-0.001', 2), '0.00')
  assert.equal(showSigned('0.004', 2), '0.00')
  assert.equal(showSigned('12', 0), '+12')
  assert.equal(shownDecimals('10000'), 2)
  assert.equal(shownDecimals('0.5'), 8)
})

test('figures are as long as they are worth', () => {
  assert.deepEqual([0, 0.00123, 0.123, 12.3].map(showPercent), ['0 %', '0.12 %', '12.3 %', '1,230 %'])
  assert.deepEqual([0.123, 12.345, 123.45, 12_345.6].map(showNumber), ['0.12', '12.35', '123.5', '12,346'])
  assert.deepEqual([0, 4_500_000, 59e6, 90e6, 90 * 60e6, 49 * HOUR, 2400 * HOUR].map(showDuration), [
    '0.0 s',
    '4.5 s',
    '59 s',
    '1 min',
    '1 h 30 min',
    '2 d 1 h',
    '100 d',
  ])
  assert.equal(
    showFigure({ na: '9 trades, need 30' }, () => ''),
    'n/a (9 trades, need 30)',
  )
})

test('trades.csv has exact decimals and quoted reasons', () => {
  const run = example()
  run.finish()
  assert.equal(
    tradesCsvHeader('USDT') + run.trades.map(tradeCsvLine).join(''),
    'number,strategy,instrument,side,entry_time,exit_time,duration_seconds,entry_price,exit_price,quantity,' +
      'gross_USDT,fees_USDT,funding_USDT,net_USDT,fills,maker_share,entry_reason,exit_reason\n' +
      '1,momentum,BTCUSDT,long,2024-08-05T00:00:00.000000Z,2024-08-06T03:00:00.000000Z,97200,60000,60600,0.1,' +
      '60,6.03,0,53.97,2,0,rise,"fade, then ""gone"""\n',
  )
})
