/**
 * The report page's script: unpacks the data, draws equity and candles, and lists the trades that are seen. Values reach the
 * page as text nodes only. Its hash stands in the page's content policy.
 */
import { CHART_SCRIPT } from './page-script-chart.ts'

const REPORT_SCRIPT: string = String.raw`
const byId = (id) => document.getElementById(id)
const data = JSON.parse(byId('data').textContent)
const timesOf = ({ start, width, steps }) => { let time = start; return steps.map((step) => (time += step * width)) }
const extent = (list, first, last, start = [Infinity, -Infinity]) => {
  let [low, high] = start
  for (let i = first; i <= last; i++) { if (list[i] < low) low = list[i]; if (list[i] > high) high = list[i] }
  return [low, high]
}
const decimalsOf = (step) => Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)))
const buttonsOf = (name) => ({ in: byId(name + '-in'), out: byId(name + '-out'), all: byId(name + '-all') })

/** A line through the last values of stretches, each drawn at its end. */
const line = (context, x, y, times, width, values, first, last) => {
  context.beginPath()
  for (let i = first; i <= last; i++) context.lineTo(x(times[i] + width), y(values[i]))
  context.stroke()
}
const area = (context, x, y, times, width, values, first, last) => {
  context.beginPath()
  context.moveTo(x(times[first]), y(0))
  for (let i = first; i <= last; i++) { context.lineTo(x(times[i]), y(values[i])); context.lineTo(x(times[i] + width), y(values[i])) }
  context.lineTo(x(times[last] + width), y(0))
  context.fill()
}

const drawEquity = () => {
  const { equity, hold, decimals, asset } = data
  const times = timesOf(equity), width = equity.width
  const falls = data.drawdown.map((fraction) => -fraction)
  const worth = {
    weight: 6, label: 'Equity (' + asset + ')', format: (value, step) => number(value, decimalsOf(step)),
    extent: (first, last) => extent(hold, first, last, extent(equity.high, first, last, extent(equity.low, first, last))),
    draw(context, x, y, first, last, c) {
      context.strokeStyle = c.soft
      context.setLineDash([2, 4])
      context.beginPath(); context.moveTo(x(times[0]), y(data.start)); context.lineTo(x(times[times.length - 1] + width), y(data.start)); context.stroke()
      context.setLineDash([])
      context.lineJoin = 'round'
      if (hold.length) { context.strokeStyle = c.other; context.lineWidth = 1.3; line(context, x, y, times, width, hold, first, last) }
      context.fillStyle = c.accent
      context.globalAlpha = 0.18
      context.beginPath()
      for (let i = first; i <= last; i++) context.lineTo(x(times[i] + width / 2), y(equity.high[i]))
      for (let i = last; i >= first; i--) context.lineTo(x(times[i] + width / 2), y(equity.low[i]))
      context.fill()
      context.globalAlpha = 1
      context.strokeStyle = c.accent
      context.lineWidth = 1.8
      line(context, x, y, times, width, equity.last, first, last)
    },
  }
  const filled = (label, values, colour, options) => ({
    weight: 1.8, label, ...options, format: (value, step) => number(value * 100, Math.max(0, decimalsOf(step) - 2)) + ' %',
    extent: (first, last) => extent(values, first, last, [0, 0]),
    draw(context, x, y, first, last, c) {
      context.fillStyle = c[colour]
      context.globalAlpha = 0.45
      area(context, x, y, times, width, values, first, last)
      context.globalAlpha = 1
    },
  })
  const panes = [worth, filled('Drawdown', falls, 'loss', { ceiling: true }), filled('Exposure', data.exposure, 'soft', { floor: true })]
  const read = (i) => {
    if (i < 0) return tell(byId('equity-readout'), [])
    const pieces = [['', stamp(Math.min(times[i] + width, data.to), width)], ['Equity', number(equity.last[i], decimals) + ' ' + asset, 'accent']]
    if (hold.length) pieces.push(['Buy and hold', number(hold[i], decimals), 'other'])
    pieces.push(['Drawdown', percent(data.drawdown[i]), 'loss'], ['Exposure', percent(data.exposure[i]), 'soft'])
    tell(byId('equity-readout'), [pieces])
  }
  makeChart(byId('equity'), buttonsOf('equity')).show({ times, width, panes, read })
}

/** Candles with prices as doubles. */
const unpack = (packed) => {
  const scale = Math.pow(10, packed.decimals)
  let last = 0
  const open = [], close = [], high = [], low = []
  for (let i = 0; i < packed.open.length; i++) {
    const from = last + packed.open[i]
    last = from + packed.close[i]
    open.push(from / scale); close.push(last / scale)
    high.push((Math.max(from, last) + packed.above[i]) / scale)
    low.push((Math.min(from, last) - packed.below[i]) / scale)
  }
  return { name: packed.name, decimals: packed.decimals, width: packed.width, times: timesOf(packed), open, close, high, low }
}
const trades = data.trades.map(([id, chart, strategy, long, entry, duration, enter, exit, quantity, net, why, whyOut]) =>
  ({ id, chart, strategy, long: long === 1, entry: data.from + entry, exit: data.from + entry + duration, enter, leave: exit, quantity, net, why: data.reasons[why], whyOut: data.reasons[whyOut] }))

const drawCandles = () => {
  if (data.charts.length === 0) return
  const choice = byId('instrument'), whose = byId('strategy'), list = byId('trade-list')
  let candles, shown = [], range = [0, 0], near = null
  const price = (value) => number(value, candles.decimals)
  const visible = (from, to) => shown.filter((trade) => trade.exit >= from && trade.entry <= to)

  const drawTrades = (context, x, y, c) => {
    const seen = visible(...range), small = seen.length > 250
    for (const trade of seen) {
      const colour = trade.net < 0 ? c.loss : c.gain, chosen = trade === near
      const a = [x(trade.entry), y(trade.enter)], b = [x(trade.exit), y(trade.leave)]
      context.strokeStyle = context.fillStyle = colour
      context.lineWidth = chosen ? 3 : 1.4
      context.globalAlpha = chosen ? 1 : 0.85
      context.setLineDash(chosen ? [] : [5, 3])
      context.beginPath(); context.moveTo(...a); context.lineTo(...b); context.stroke()
      context.setLineDash([])
      const size = (small ? 2.5 : 5) * (chosen ? 1.4 : 1), up = trade.long ? 1 : -1
      context.strokeStyle = c.card
      context.lineWidth = 1
      context.beginPath()
      context.moveTo(a[0], a[1] + up * 1); context.lineTo(a[0] - size, a[1] + up * (size * 1.7 + 1)); context.lineTo(a[0] + size, a[1] + up * (size * 1.7 + 1)); context.closePath()
      context.fill(); context.stroke()
      context.beginPath(); context.arc(b[0], b[1], size * 0.8, 0, 7); context.fill(); context.stroke()
      context.globalAlpha = 1
    }
  }
  /** The trade whose line passes closest under the pointer, within a finger's width. */
  const nearest = (cursor) => {
    let best = null, least = 18
    for (const trade of visible(...range)) {
      const ax = cursor.x(trade.entry), bx = cursor.x(trade.exit), ay = cursor.y(trade.enter), by = cursor.y(trade.leave)
      const length = (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
      const part = length === 0 ? 0 : Math.max(0, Math.min(1, ((cursor.px - ax) * (bx - ax) + (cursor.py - ay) * (by - ay)) / length))
      const distance = Math.hypot(cursor.px - ax - part * (bx - ax), cursor.py - ay - part * (by - ay))
      if (distance < least) { least = distance; best = trade }
    }
    return best
  }
  const pane = {
    weight: 1, format: (value, step) => number(value, Math.min(candles.decimals, decimalsOf(step))),
    extent(first, last) {
      let found = extent(candles.high, first, last, extent(candles.low, first, last))
      for (const trade of visible(...range)) found = [Math.min(found[0], trade.enter, trade.leave), Math.max(found[1], trade.enter, trade.leave)]
      return found
    },
    draw(context, x, y, first, last, c) {
      const { times, width, open, close, high, low } = candles
      const body = (x(times[first] + width) - x(times[first])) * 0.7
      for (let i = first; i <= last; i++) {
        const middle = x(times[i] + width / 2)
        context.strokeStyle = context.fillStyle = close[i] < open[i] ? c.loss : c.gain
        context.globalAlpha = 0.55
        context.lineWidth = 1
        context.beginPath(); context.moveTo(middle, y(high[i])); context.lineTo(middle, Math.max(y(low[i]), y(high[i]) + 1)); context.stroke()
        if (body >= 2) context.fillRect(middle - body / 2, y(Math.max(open[i], close[i])), body, Math.max(1, Math.abs(y(open[i]) - y(close[i]))))
      }
      context.globalAlpha = 1
      drawTrades(context, x, y, c)
    },
  }
  const read = (i, cursor) => {
    if (i < 0) return tell(byId('candles-readout'), [])
    const before = near
    near = cursor ? nearest(cursor) : null
    const { open, high, low, close, times, width } = candles
    const lines = [[['', stamp(times[i], width)], ['Open', price(open[i])], ['High', price(high[i])], ['Low', price(low[i])], ['Close', price(close[i]), '', close[i] < open[i] ? 'loss' : 'gain']]]
    lines.push(near ? describe(near) : [['', visible(...range).length + ' of ' + shown.length + ' trades in view']])
    tell(byId('candles-readout'), lines)
    if (before !== near) chart.redraw()
  }
  const describe = (trade) => [
    ['Trade ' + trade.id, (trade.long ? 'long ' : 'short ') + number(trade.quantity, decimalsOf(trade.quantity / 1000))],
    ['from', price(trade.enter) + ' (' + trade.why + ')'], ['to', price(trade.leave) + ' (' + trade.whyOut + ')'],
    ['Net', signed(trade.net, data.decimals), '', trade.net < 0 ? 'loss' : 'gain'],
  ]
  const listTrades = () => {
    if (!list.open) return
    const rows = visible(...range)
    byId('trade-rows').replaceChildren(...rows.slice(0, 200).map((trade) => {
      const row = document.createElement('tr')
      const cells = [trade.id, data.strategies[trade.strategy], trade.long ? 'long' : 'short', stamp(trade.entry, 0).slice(0, 19), stamp(trade.exit, 0).slice(0, 19), price(trade.enter), price(trade.leave), number(trade.quantity, decimalsOf(trade.quantity / 1000)), signed(trade.net, data.decimals), trade.why, trade.whyOut]
      for (const [at, text] of cells.entries()) {
        const cell = document.createElement('td')
        cell.append(String(text))
        if (at === 8) cell.className = trade.net < 0 ? 'loss' : 'gain'
        row.append(cell)
      }
      return row
    }))
    byId('trade-note').textContent = rows.length > 200 ? 'The first 200 of ' + rows.length + ' in view; zoom in for the others.' : ''
  }
  const chart = makeChart(byId('candles'), buttonsOf('candles'), (from, to) => { range = [from, to]; listTrades() })
  const show = () => {
    candles = unpack(data.charts[choice.value])
    const only = whose ? whose.value : ''
    shown = trades.filter((trade) => trade.chart === Number(choice.value) && (only === '' || trade.strategy === Number(only)))
    near = null
    chart.show({ times: candles.times, width: candles.width, panes: [pane], read })
  }
  choice.addEventListener('change', show)
  if (whose) whose.addEventListener('change', show)
  list.addEventListener('toggle', listTrades)
  show()
}

drawEquity()
drawCandles()
`

/** All of it, closed off from the page's names. */
export const PAGE_SCRIPT: string = `'use strict';(() => {${CHART_SCRIPT}${REPORT_SCRIPT}})()`
