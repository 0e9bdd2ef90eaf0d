/**
 * Runs the cards: `node tools/run.mjs tests/conformance/runner.ts --target box|binance-demo`.
 * In: `--client NAME` and `--card N` for some of them, `--truth requests` to hold the box against signed requests instead of
 * its control routes, `--write` to write docs/conformance.md and run nothing. Out: a line for each card and client on stdout,
 * what the libraries warn of on stderr, exit code 1 where a card fails. Keys of the demo venue come from BINANCE_DEMO_KEY
 * and BINANCE_DEMO_SECRET.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BoxTarget } from './box-target.ts'
import { cards } from './cards/index.ts'
import { DemoTarget } from './demo-target.ts'
import { conformancePage } from './document.ts'
import type { Target } from './stage.ts'
import { libraryVersions } from './versions.ts'

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'box' },
    truth: { type: 'string', default: 'control' },
    client: { type: 'string' },
    card: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
  },
})

async function openTarget(name: string): Promise<Target> {
  if (name === 'box') return await BoxTarget.start(values.truth === 'requests' ? 'requests' : 'control')
  if (name !== 'binance-demo') throw new Error(`--target ${name}: targets are box and binance-demo`)
  const { BINANCE_DEMO_KEY: apiKey, BINANCE_DEMO_SECRET: secret } = process.env
  if (apiKey === undefined || secret === undefined)
    throw new Error('set BINANCE_DEMO_KEY and BINANCE_DEMO_SECRET to a key of the demo venue')
  return new DemoTarget(apiKey, secret)
}

/** Runs the cards that were asked for; how many failed. */
async function runAll(target: Target): Promise<number> {
  let failed = 0
  for (const card of cards) {
    if (values.card !== undefined && !values.card.includes(String(card.number))) continue
    for (const client of card.clients) {
      if (values.client !== undefined && values.client !== client) continue
      const what = `${card.number} ${card.venue} ${client}: ${card.title}`
      if (card.control && target.name !== 'box') {
        process.stdout.write(`box only ${what}\n`)
        continue
      }
      try {
        await target.run(card, client)
        process.stdout.write(`passed ${what}\n`)
      } catch (error) {
        failed++
        process.stdout.write(`FAILED ${what}\n${error instanceof Error ? error.stack : JSON.stringify(error)}\n`)
      }
    }
  }
  return failed
}

if (values.write) {
  writeFileSync(new URL('../../docs/conformance.md', import.meta.url), conformancePage(cards, libraryVersions()))
} else {
  const target = await openTarget(values.target)
  let failed = 1
  try {
    failed = await runAll(target)
  } finally {
    await target.stop()
  }
  // Libraries that were closed still have timers: they would keep the process for minutes.
  process.exit(failed === 0 ? 0 : 1)
}
