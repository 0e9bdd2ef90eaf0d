import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CommandLine } from '../testing/command-line.ts'
import { COMMAND_NAMES, loadAllCommands } from './commands/index.ts'
import { explainFailure } from './failures.ts'

const COMMANDS = await loadAllCommands()
const MANIFEST = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

test('--version prints the version and nothing else', async (t) => {
  const { exit, stdout, stderr } = await new CommandLine(t).run('--version')
  assert.deepEqual({ exit, stdout, stderr }, { exit: 0, stdout: `${MANIFEST.version}\n`, stderr: '' })
})

test('--help names every command', async (t) => {
  const { exit, stdout } = await new CommandLine(t).run('--help')
  assert.equal(exit, 0)
  for (const name of COMMAND_NAMES) assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
})

test('every command has help with examples that begin with the program and name the command', async (t) => {
  const line = new CommandLine(t)
  for (const { name, examples } of COMMANDS) {
    const { exit, stdout } = await line.run(name, '--help')
    assert.equal(exit, 0)
    assert.ok(examples.length > 0)
    for (const example of examples) {
      assert.ok(example.startsWith(`tapewright ${name}`), example)
      assert.ok(stdout.includes(`  ${example}\n`), example)
    }
  }
})

test('the table names each command as the command does', () => {
  assert.deepEqual(
    COMMANDS.map(({ name }) => name),
    COMMAND_NAMES,
  )
})

test('options in the examples are options of their command', () => {
  for (const { examples, options } of COMMANDS) {
    const known = ['json', 'help', ...options.map((option) => option.name)]
    for (const example of examples)
      for (const [, name = ''] of example.matchAll(/ --([a-z-]+)/g)) assert.ok(known.includes(name), example)
  }
})

test('an unknown command is refused with the nearest one', async (t) => {
  const { exit, stdout, stderr } = await new CommandLine(t).run('stratgies')
  assert.deepEqual({ exit, stdout }, { exit: 2, stdout: '' })
  assert.equal(
    stderr,
    "tapewright: there is no command 'stratgies' (did you mean strategies?); see: tapewright --help\n",
  )
})

test('an unknown option is refused with the nearest one', async (t) => {
  const { exit, stderr } = await new CommandLine(t).run('download', 'BTCUSDT', '--candle', '1m')
  assert.equal(exit, 2)
  assert.match(stderr, /^tapewright: download has no option --candle \(did you mean --candles\?\)[^\n]*\n$/)
})

test('an option without its value is refused', async (t) => {
  const { exit, stderr } = await new CommandLine(t).run('download', 'BTCUSDT', '--candles')
  assert.equal(exit, 2)
  assert.match(stderr, /^tapewright: --candles wants INTERVAL[^\n]*\n$/)
})

test('with --json an error is one document on stdout and one line on stderr', async (t) => {
  const { exit, stdout, stderr } = await new CommandLine(t).run('strategies', 'momentun', '--json')
  assert.equal(exit, 2)
  const { error } = JSON.parse(stdout) as { readonly error: { readonly code: string; readonly message: string } }
  assert.equal(error.code, 'strategy')
  assert.match(error.message, /did you mean 'momentum'/)
  assert.equal(stderr, `tapewright: ${error.message}\n`)
})

test('an error that nobody foresaw is called a bug and shows where', () => {
  const { code, message, exit } = explainFailure(new TypeError('x is not a function'))
  assert.deepEqual({ code, exit }, { code: 'bug', exit: 70 })
  assert.match(message, /^TypeError: x is not a function \(this is a bug, please report it\)\n\s+at .*main\.test\.ts/)
})

test('a file that is not there is named, also when the error comes from another thread', () => {
  const error = new Error("ENOENT: no such file or directory, open '/data/a.tape'")
  const { code, message, exit } = explainFailure(error)
  assert.deepEqual({ code, exit }, { code: 'file', exit: 2 })
  assert.equal(message, '/data/a.tape: there is no such file or folder; check the path')
  assert.equal(explainFailure(Object.assign(new Error('bad block'), { name: 'TapeError' })).code, 'tape')
})

test('a reader that stops early is no error', async (t) => {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child = spawn(process.execPath, [program, 'strategies', '--json'], { cwd: new CommandLine(t).folder })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})

test('strategies are told with their parameters as --set takes them', async (t) => {
  const document = await new CommandLine(t).json(0, 'strategies')
  const { strategies } = document as { readonly strategies: readonly { name: string; params: unknown[] }[] }
  const momentum = strategies.find(({ name }) => name === 'momentum')
  assert.deepEqual(momentum?.params, [
    { name: 'rise', unit: 'percent', default: '1%', bounds: 'at least 0%', choices: [] },
    { name: 'fall', unit: 'percent', default: '0.5%', bounds: 'at least 0%', choices: [] },
  ])
})

test('a new strategy is written once, and can be looked at', async (t) => {
  const line = new CommandLine(t)
  const { exit, stdout } = await line.run('new', 'dip', '--from', 'reversion')
  assert.equal(exit, 0)
  assert.match(stdout, /^wrote dip\.ts\n/)
  assert.match((await line.run('strategies', './dip.ts')).stdout, /^dip: /)
  const again = await line.run('new', 'dip', '--from', 'reversion')
  assert.equal(again.exit, 2)
  assert.match(again.stderr, /^tapewright: dip\.ts exists already[^\n]*\n$/)
})

test('a strategy that reads the clock is refused with file and line', async (t) => {
  const line = new CommandLine(t)
  await line.run('new', 'dip', '--from', 'reversion')
  const text = readFileSync(line.path('dip.ts'), 'utf8')
  writeFileSync(line.path('dip.ts'), text.replace('onCandle(candle, ctx) {', 'onCandle(candle, ctx) {\n    Date.now()'))
  const { exit, stderr } = await line.run('strategies', './dip.ts')
  assert.equal(exit, 2)
  assert.match(stderr, /^tapewright: dip\.ts:\d+:\d+: .*Date/)
})

test('without runs, runs and report say how to make one', async (t) => {
  const line = new CommandLine(t)
  assert.deepEqual(await line.json(0, 'runs'), { runs: [] })
  const { exit, stderr } = await line.run('report')
  assert.equal(exit, 2)
  assert.match(stderr, /tapewright backtest/)
})

test('a run that was cut short before its report is listed and explained', async (t) => {
  const line = new CommandLine(t)
  mkdirSync(line.path('runs/0001-momentum'), { recursive: true })
  writeFileSync(line.path('runs/0001-momentum/money.tape'), '')
  assert.match((await line.run('runs')).stdout, /^0001-momentum .*\(no report\)$/m)
  const { exit, stderr } = await line.run('report', '0001-momentum')
  assert.equal(exit, 2)
  assert.match(stderr, /report\.json is not there: the run was cut short/)
})
