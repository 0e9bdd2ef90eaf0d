/**
 * The documents do what they say: README's session runs from top to bottom, on a site with made-up data in the layout of
 * the real one; every command that any document shows is one; every strategy that is printed runs.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { parseArguments } from '../../src/cli/arguments.ts'
import { loadAllCommands } from '../../src/cli/commands/index.ts'
import { CANDLE } from '../../src/core/tape/kinds.ts'
import { ROW_SLOTS } from '../../src/core/tape/layout.ts'
import { recordRows } from '../../src/core/tape/row-buffer.ts'
import { openTape } from '../../src/node/tape-reader.ts'
import { CommandLine } from '../../src/testing/command-line.ts'
import { PublicDataSite } from '../../src/testing/public-data-site.ts'
import { writeMarketTape } from '../proof/world.ts'

const ROOT = new URL('../../', import.meta.url)
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/backtest.md',
  'docs/strategies.md',
  'docs/exchange.md',
]

interface Snippet {
  readonly document: string
  readonly language: string
  readonly text: string
}

/** Fenced blocks of a document. */
function snippetsOf(document: string): readonly Snippet[] {
  const text = readFileSync(new URL(document, ROOT), 'utf8')
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    document,
    language,
    text: body,
  }))
}

/** The words of each `tapewright …` line of a snippet, comments left out. */
function commandsOf({ text }: Snippet): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('tapewright '))
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .split(/\s+/)
        .slice(1),
    )
}

/** Writes a strategy that is printed under the name that its first line gives. */
function writeStrategy(line: CommandLine, { text, document }: Snippet): string {
  const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1]
  assert.ok(name !== undefined, `a strategy in ${document} begins with a comment that names its file`)
  writeFileSync(line.path(name), text)
  return name
}

const SHELL = new Set(['sh', 'bash', 'shell'])
const snippets = DOCUMENTS.flatMap(snippetsOf)

void test('every command that a document shows is one, with options that it has', async () => {
  const commands = await loadAllCommands()
  let shown = 0
  for (const snippet of snippets.filter(({ language }) => SHELL.has(language)))
    for (const [name, ...words] of commandsOf(snippet)) {
      const command = commands.find((one) => one.name === name)
      assert.ok(command !== undefined, `${snippet.document}: ${name ?? ''}`)
      parseArguments(command, words)
      shown++
    }
  assert.ok(shown > 12)
})

void test('the first screen of README is no longer than a screen', () => {
  const text = readFileSync(new URL('README.md', ROOT), 'utf8')
  const lines = text.split('\n')
  const [start, session] = ['npm start', 'tapewright backtest'].map((what) =>
    lines.findIndex((one) => one.startsWith(what)),
  )
  assert.ok((start ?? 0) > 0 && (session ?? 0) > 0)
  assert.ok(Math.max(start ?? 0, session ?? 0) < 60)
})

void test('links between documents lead somewhere', () => {
  for (const document of DOCUMENTS) {
    const text = readFileSync(new URL(document, ROOT), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const there = readFileSync(path === '' ? new URL(document, ROOT) : new URL(path, new URL(document, ROOT)), 'utf8')
      if (anchor === undefined) continue
      const anchors = [...there.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      )
      assert.ok(anchors.includes(anchor), `${document}: ${target}`)
    }
  }
})

void test('README’s session runs from top to bottom', async (t) => {
  const line = new CommandLine(t)
  // The site's clock only has to be behind the days that README names.
  const site = await PublicDataSite.start({ now: () => Date.UTC(2026, 0, 1) })
  t.after(() => site.stop())
  const own = snippetsOf('README.md')

  for (const snippet of own) {
    if (snippet.language === 'ts') writeStrategy(line, snippet)
    if (!SHELL.has(snippet.language)) continue
    // The exchange runs until it is stopped: exchange.test.ts has it.
    for (const words of commandsOf(snippet).filter(([name]) => name !== 'exchange'))
      await t.test(words.join(' '), async () => {
        const extra = words[0] === 'download' ? ['--base-url', site.url] : []
        const outcome = await line.run(...words.filter((word) => word !== '--open'), ...extra)
        assert.equal(outcome.exit, 0, outcome.stderr)
      })
  }

  await t.test('its queries give what the tape holds', async () => {
    const expected = await candleSums(line.path('data/tapes/binance-usdm/BTCUSDT-klines-1m.tape'))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    try {
      await connection.run(`SET file_search_path = '${line.folder}'`)
      const queries = own.filter(({ language }) => language === 'sql').flatMap(({ text }) => text.trim().split(/;\n*/))
      const [candles = '', fills = ''] = queries
      const [symbol, count, volume] = (await connection.runAndReadAll(candles)).getRows()[0] ?? []
      assert.deepEqual(
        [symbol, String(count), Number(String(volume))],
        ['BTCUSDT', String(expected.count), expected.volume],
      )
      const report = JSON.parse(readFileSync(join(line.path('runs/0001-breakout'), 'report.json'), 'utf8')) as {
        readonly trading: { readonly fills: number }
      }
      const sums = (await connection.runAndReadAll(fills)).getRows()
      assert.equal(
        sums.reduce((sum, row) => sum + Number(row[2]), 0),
        report.trading.fills,
      )
      assert.ok(report.trading.fills > 0)
    } finally {
      connection.closeSync()
    }
  })
})

void test('every strategy that the documents print runs and can be repeated', async (t) => {
  const line = new CommandLine(t)
  await writeMarketTape(line.path('market.tape'), 40_000)
  const printed = snippets.filter(({ language }) => language === 'ts')
  assert.ok(printed.length >= 2)
  for (const snippet of printed) {
    const file = writeStrategy(line, snippet)
    await t.test(`${snippet.document}: ${file}`, async () => {
      const { exit, stdout, stderr } = await line.run('backtest', `./${file}`, '--tape', 'market.tape')
      assert.equal(exit, 0, stderr + stdout)
      assert.equal((await line.run('verify', 'last')).exit, 0)
    })
  }
})

/** Count and sum of volumes, from the rows themselves. */
async function candleSums(file: string): Promise<{ readonly count: number; readonly volume: number }> {
  const tape = await openTape(file)
  const scale = 10 ** (tape.instruments[0]?.quantityDecimals ?? 0)
  let count = 0
  let lots = 0
  for (let buffer = await tape.next(); buffer !== undefined; buffer = await tape.next())
    for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
      if (buffer.u8[row * 64] !== CANDLE.kind) continue
      count++
      lots += buffer.f64[row * ROW_SLOTS + CANDLE.volume] ?? 0
    }
  await tape.close()
  return { count, volume: lots / scale }
}
