/** Every card through each of its clients, on boxes in processes of their own; and the page that lists them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cards } from './cards/index.ts'
import { CLIENT_NAMES } from './clients/client.ts'
import { DEVIATIONS } from './deviations.ts'
import { conformancePage } from './document.ts'
import { libraryVersions } from './versions.ts'

const PAGE = new URL('../../docs/conformance.md', import.meta.url)
const RUNNER = fileURLToPath(new URL('runner.ts', import.meta.url))

void test('every card has a number of its own and at least two clients', () => {
  assert.equal(new Set(cards.map(({ number }) => number)).size, cards.length)
  assert.ok(cards.length >= 45)
  for (const card of cards) assert.ok(new Set(card.clients).size >= 2, card.title)
  assert.ok(DEVIATIONS.length <= 5)
})

void test('docs/conformance.md says what the cards say', () => {
  const remedy = 'write it again: node tools/run.mjs tests/conformance/runner.ts --write'
  assert.equal(readFileSync(PAGE, 'utf8'), conformancePage(cards, libraryVersions()), remedy)
})

/** Runs the runner in a process of its own: the cards that passed, and all that it said besides. */
async function run(...words: readonly string[]): Promise<{ readonly passed: string[]; readonly rest: string }> {
  const child = spawn(process.execPath, [RUNNER, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  const [said, warned] = await Promise.all([text(child.stdout), text(child.stderr)])
  await ended
  const lines = said.split('\n').filter((line) => line !== '')
  const passed = lines.filter((line) => line.startsWith('passed '))
  const rest = lines.filter((line) => !line.startsWith('passed ')).join('\n') + warned
  return { passed, rest }
}

// Each library has a box of its own: request weights count by address, and all of them come from this one.
void test('all cards pass, and no library warns of anything', { concurrency: true }, async (t) => {
  const trials = CLIENT_NAMES.map((client) =>
    t.test(client, async () => {
      const { passed, rest } = await run('--client', client)
      assert.equal(rest, '')
      assert.equal(passed.length, cards.filter(({ clients }) => clients.includes(client)).length)
    }),
  )
  trials.push(
    t.test('with the truth that signed requests tell, as on a real venue', async () => {
      const some = ['9', '10', '17', '21', '24', '56', '58', '59']
      const { passed, rest } = await run('--truth', 'requests', '--client', 'connector', ...some.flatMap(asCard))
      assert.equal(rest, '')
      assert.equal(passed.length, some.length)
    }),
  )
  await Promise.all(trials)
})

function asCard(number: string): readonly string[] {
  return ['--card', number]
}
