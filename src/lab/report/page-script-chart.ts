/**
 * First part of the report page's script: a small chart on a canvas. Panes share one axis of time; a cross-hair reads
 * values, dragging zooms. Plain JavaScript as text, because a page in one file has nowhere else to load it from.
 */
export const CHART_SCRIPT: string = String.raw`
const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR
const STEPS = [1000, 5000, 15000, 30000, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY]
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'
const BOTTOM = 24, GAP = 14

const two = (n) => String(n).padStart(2, '0')
const group = (text) => { const [a, b] = text.split('.'); return a.replace(/\B(?=(\d{3})+$)/g, ',') + (b === undefined ? '' : '.' + b) }
const number = (value, decimals) => group(value.toFixed(decimals)).replace(/^-(?=[0.,]*$)/, '')
const signed = (value, decimals) => { const text = number(value, decimals); return value > 0 && /[1-9]/.test(text) ? '+' + text : text }
const percent = (value) => number(value * 100, Math.abs(value) < 0.1 ? 2 : 1) + ' %'
const clock = (time, step) => {
  const d = new Date(time), hm = two(d.getUTCHours()) + ':' + two(d.getUTCMinutes())
  if (step >= 28 * DAY) return d.getUTCMonth() === 0 ? String(d.getUTCFullYear()) : MONTHS[d.getUTCMonth()]
  if (step >= DAY || time % DAY === 0) return d.getUTCDate() + ' ' + MONTHS[d.getUTCMonth()]
  return step >= MINUTE ? hm : hm + ':' + two(d.getUTCSeconds())
}
const stamp = (time, width) => {
  const text = new Date(time).toISOString().replace('T', ' ')
  return text.slice(0, width >= MINUTE ? 16 : 19) + ' UTC'
}
/** Index of the last of sorted times that is not after the given one; -1 if all are. */
const indexAt = (times, time) => {
  let low = 0, high = times.length
  while (low < high) { const middle = (low + high) >> 1; if (times[middle] <= time) low = middle + 1; else high = middle }
  return low - 1
}
const niceStep = (span, count) => {
  const rough = span / Math.max(1, count), power = Math.pow(10, Math.floor(Math.log10(rough))), part = rough / power
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power
}
/** Times for the axis: at even steps, or at the beginnings of months. */
const timeTicks = (from, to, count) => {
  const step = STEPS.find((one) => (to - from) / one <= count)
  const ticks = []
  if (step !== undefined) {
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) ticks.push(time)
    return { ticks, step }
  }
  const months = Math.max(1, Math.ceil((to - from) / (30.4 * DAY) / count))
  const every = [1, 2, 3, 6, 12, 24, 60].find((one) => one >= months) || 120
  const first = new Date(from)
  for (let month = first.getUTCFullYear() * 12 + Math.ceil((first.getUTCMonth() + 1) / every) * every; ; month += every) {
    const time = Date.UTC(Math.floor(month / 12), month % 12, 1)
    if (time > to) return { ticks, step: 30 * DAY }
    ticks.push(time)
  }
}
/** Colours of the style sheet as they are now, light or dark. */
const colours = () => {
  const style = getComputedStyle(document.documentElement), of = (name) => style.getPropertyValue('--' + name).trim()
  return { text: of('text'), soft: of('soft'), line: of('line'), grid: of('grid'), card: of('card'), accent: of('accent'), other: of('other'), gain: of('gain'), loss: of('loss') }
}
/** Fills a readout with pieces: [text, value, class of the text, class of the value]. Texts only: nothing here is markup. */
const tell = (element, lines) => {
  element.replaceChildren(...lines.map((pieces) => {
    const line = document.createElement('div')
    for (const [name, value, swatch, tone] of pieces) {
      const piece = document.createElement('span')
      if (swatch) { const mark = document.createElement('i'); mark.className = swatch; piece.append(mark) }
      piece.append(name + (name ? ' ' : ''))
      const strong = document.createElement('b')
      if (tone) strong.className = tone
      strong.append(value)
      piece.append(strong)
      line.append(piece, ' ')
    }
    return line
  }))
}

/**
 * A chart of model = { times, width, panes, read }. A pane has weight, format(value, step), extent(first, last) and
 * draw(context, x, y, first, last, colours, cursor); read(index, cursor) tells what is under the cross-hair.
 */
function makeChart(canvas, buttons, onRange) {
  const context = canvas.getContext('2d')
  let model = null, from = 0, to = 1, cursor = null, drag = null, waiting = false
  const full = () => {
    const { times, width } = model
    return times.length === 0 ? [0, 1] : [times[0], times[times.length - 1] + width]
  }
  const later = () => { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; draw() }) } }
  const plot = () => ({ w: canvas.clientWidth - axis, h: canvas.clientHeight - BOTTOM })
  let axis = 60
  const timeAt = (px) => from + (px / plot().w) * (to - from)

  function setRange(a, b) {
    const [first, last] = full()
    const least = Math.min(last - first, model.width * 8)
    const span = Math.min(last - first, Math.max(b - a, least))
    from = Math.min(Math.max(a, first), last - span)
    to = from + span
    if (buttons) {
      buttons.all.disabled = buttons.out.disabled = from <= first && to >= last
      buttons.in.disabled = to - from <= least
    }
    if (onRange) onRange(from, to)
    later()
  }
  function zoom(factor) {
    const middle = cursor ? cursor.time : (from + to) / 2
    setRange(middle - (middle - from) * factor, middle + (to - middle) * factor)
  }

  function draw() {
    const w = canvas.clientWidth, h = canvas.clientHeight, ratio = window.devicePixelRatio || 1
    if (!model || w === 0) return
    canvas.width = Math.round(w * ratio)
    canvas.height = Math.round(h * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.font = FONT
    const c = colours(), { times, width, panes } = model
    const first = Math.max(0, indexAt(times, from)), last = indexAt(times, to)
    const weights = panes.reduce((sum, pane) => sum + pane.weight, 0)
    const height = h - BOTTOM - GAP * (panes.length - 1)
    let top = 0
    const laid = panes.map((pane) => {
      const tall = (height * pane.weight) / weights
      let [low, high] = pane.extent(first, last)
      if (!(high > low)) { const pad = Math.abs(high) * 0.001 || 1; low -= pad; high += pad }
      const pad = (high - low) * 0.05
      if (!pane.floor) low -= pad
      if (!pane.ceiling) high += pad
      const step = niceStep(high - low, Math.max(2, tall / 44))
      const ticks = []
      for (let tick = Math.ceil(low / step) * step; tick <= high + step * 1e-9; tick += step) ticks.push(Math.abs(tick) < step * 1e-6 ? 0 : tick)
      const box = { pane, top, tall, low, high, step, ticks }
      top += tall + GAP
      return box
    })
    axis = 14 + Math.max(...laid.flatMap(({ pane, ticks, step }) => ticks.map((tick) => context.measureText(pane.format(tick, step)).width)), 34)
    const right = w - axis
    const x = (time) => ((time - from) / (to - from)) * right
    const { ticks, step } = timeTicks(from, to, Math.max(2, right / 92))
    context.textBaseline = 'middle'
    for (const box of laid) {
      box.y = (value) => box.top + box.tall - ((value - box.low) / (box.high - box.low)) * box.tall
      context.strokeStyle = c.grid
      context.lineWidth = 1
      context.beginPath()
      for (const tick of box.ticks) { const y = Math.round(box.y(tick)) + 0.5; context.moveTo(0, y); context.lineTo(right, y) }
      for (const tick of ticks) { const px = Math.round(x(tick)) + 0.5; context.moveTo(px, box.top); context.lineTo(px, box.top + box.tall) }
      context.stroke()
      context.fillStyle = c.soft
      context.textAlign = 'left'
      for (const tick of box.ticks) {
        const y = box.y(tick)
        if (y > box.top + 5 && y < box.top + box.tall + 4) context.fillText(box.pane.format(tick, box.step), right + 8, y)
      }
      context.save()
      context.beginPath()
      context.rect(0, box.top, right, box.tall)
      context.clip()
      if (last >= first) box.pane.draw(context, x, box.y, first, last, c, cursor)
      context.restore()
      if (box.pane.label) {
        context.strokeStyle = c.card
        context.lineWidth = 4
        context.lineJoin = 'round'
        context.strokeText(box.pane.label, 4, box.top + 9)
        context.fillStyle = c.soft
        context.fillText(box.pane.label, 4, box.top + 9)
      }
    }
    context.fillStyle = c.soft
    context.textAlign = 'center'
    for (const tick of ticks) {
      const label = clock(tick, step), half = context.measureText(label).width / 2, px = x(tick)
      if (px - half > 0 && px + half < right) context.fillText(label, px, h - 9)
    }
    if (drag) {
      context.globalAlpha = 0.15
      context.fillStyle = c.accent
      context.fillRect(Math.min(drag.start, drag.now), 0, Math.abs(drag.now - drag.start), h - BOTTOM)
      context.globalAlpha = 1
    }
    if (cursor) crossHair(c, laid, x, right, h)
    const index = cursor ? Math.min(last, Math.max(first, indexAt(times, cursor.time))) : last
    model.read(index, cursor ? { ...cursor, x, y: laid[0].y } : null)
  }

  function crossHair(c, laid, x, right, h) {
    const px = Math.round(Math.min(right, Math.max(0, x(cursor.time)))) + 0.5
    context.strokeStyle = c.soft
    context.setLineDash([4, 4])
    context.beginPath()
    context.moveTo(px, 0)
    context.lineTo(px, h - BOTTOM)
    const box = laid.find((one) => cursor.py >= one.top && cursor.py <= one.top + one.tall)
    if (box) { context.moveTo(0, Math.round(cursor.py) + 0.5); context.lineTo(right, Math.round(cursor.py) + 0.5) }
    context.stroke()
    context.setLineDash([])
    if (!box) return
    const value = box.low + ((box.top + box.tall - cursor.py) / box.tall) * (box.high - box.low)
    context.fillStyle = c.text
    context.fillRect(right + 1, cursor.py - 9, axis - 1, 18)
    context.fillStyle = c.card
    context.textAlign = 'left'
    context.fillText(box.pane.format(value, box.step), right + 8, cursor.py)
  }

  function point(event) {
    const box = canvas.getBoundingClientRect()
    const px = Math.min(plot().w, Math.max(0, event.clientX - box.left))
    cursor = { px, py: event.clientY - box.top, time: timeAt(px) }
    if (drag) drag.now = px
    later()
  }
  canvas.addEventListener('pointermove', point)
  canvas.addEventListener('pointerleave', () => { if (!drag) { cursor = null; later() } })
  canvas.addEventListener('pointerdown', (event) => {
    point(event)
    if (event.pointerType !== 'mouse' || event.button !== 0) return
    drag = { start: cursor.px, now: cursor.px }
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointerup', () => {
    const done = drag
    drag = null
    if (done && Math.abs(done.now - done.start) > 8) setRange(timeAt(Math.min(done.start, done.now)), timeAt(Math.max(done.start, done.now)))
    later()
  })
  canvas.addEventListener('pointercancel', () => { drag = null; later() })
  canvas.addEventListener('dblclick', () => setRange(...full()))
  canvas.addEventListener('keydown', (event) => {
    const step = (to - from) / 100
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const time = Math.min(to, Math.max(from, (cursor ? cursor.time : to) + (event.key === 'ArrowLeft' ? -step : step)))
      cursor = { px: ((time - from) / (to - from)) * plot().w, py: -1, time }
      later()
    } else if (event.key === '+') zoom(0.5)
    else if (event.key === '-') zoom(2)
    else if (event.key === 'Escape') { cursor = null; setRange(...full()) }
    else return
    event.preventDefault()
  })
  if (buttons) {
    buttons.in.addEventListener('click', () => zoom(0.5))
    buttons.out.addEventListener('click', () => zoom(2))
    buttons.all.addEventListener('click', () => setRange(...full()))
  }
  new ResizeObserver(later).observe(canvas)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', later)
  return { show(next) { model = next; cursor = null; setRange(...full()) }, redraw: later }
}
`
