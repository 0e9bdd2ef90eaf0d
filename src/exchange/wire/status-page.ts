/** A page that shows how the exchange is doing, for whoever opens `/sim/` in a browser. It asks `/sim/status` every second. */

/** The page loads nothing from elsewhere, and runs its own script alone. */
export const STATUS_PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"

export const STATUS_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated exchange</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
  th, td { text-align: left; padding: .15rem 1.5rem .15rem 0 }
  td.number { text-align: right }
  #state { font-weight: 600 }
</style>
<h1>Simulated exchange</h1>
<p id="state">asking …</p>
<table id="facts"></table>
<h2>Markets</h2>
<table id="markets"></table>
<h2>Accounts</h2>
<table id="accounts"></table>
<script>
  const rows = (id, list) => {
    const table = document.getElementById(id)
    table.replaceChildren(...list.map((cells) => {
      const row = document.createElement('tr')
      for (const cell of cells) {
        const data = document.createElement('td')
        data.textContent = cell
        if (typeof cell === 'number') data.className = 'number'
        row.append(data)
      }
      return row
    }))
  }
  let before
  const ask = async () => {
    const state = document.getElementById('state')
    try {
      const status = await (await fetch('status')).json()
      const pace = before === undefined ? '' : Math.round(status.events - before) + ' events a second'
      before = status.events
      state.textContent = status.speed === 0 ? 'halted' : 'running at ' + status.speed + 'x'
      rows('facts', [
        ['venue time', new Date(status.time / 1000).toISOString()],
        ['events', status.events + '   ' + pace],
        ['hash of events', status.digest],
        ['faults on order', String(status.faults)],
      ])
      rows('markets', status.markets.map(({ symbol, worth }) => [symbol, Number(worth.toPrecision(8))]))
      rows('accounts', status.accounts.map(({ name, account }) => [name, 'number ' + account]))
    } catch {
      state.textContent = 'no answer'
    }
  }
  ask()
  setInterval(ask, 1000)
</script>
</html>
`
