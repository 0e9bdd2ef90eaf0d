/**
 * The program as its users run it: the real binary as a child process in a folder of its own.
 * In: arguments, environment. Out: exit code, stdout and stderr. Owns: temporary folders, removed after the test.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
/** The slowest command of a test takes a tenth of it. */
const TIMEOUT_MS = 240_000

export interface Outcome {
  /** Exit code, or the signal that ended it. */
  readonly exit: number | string
  readonly stdout: string
  readonly stderr: string
}

/** A temporary folder, and the program run in it. */
export class CommandLine {
  readonly folder: string

  constructor(context: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'tapewright-cli-'))
    context.after(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  /** Absolute path of a file below the folder. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** Runs `tapewright WORDS…` to its end. */
  run(...words: readonly string[]): Promise<Outcome> {
    return runProgram(words, this.folder)
  }

  /** The same with `--json`, which must be one document; with `exit` the code that is expected. */
  async json(exit: number, ...words: readonly string[]): Promise<unknown> {
    const outcome = await this.run(...words, '--json')
    if (outcome.exit !== exit)
      throw new Error(`tapewright ${words.join(' ')} ended with ${outcome.exit}\n${outcome.stderr}${outcome.stdout}`)
    return JSON.parse(outcome.stdout)
  }
}

async function runProgram(words: readonly string[], folder: string): Promise<Outcome> {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece))
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece))
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS)
  const exit = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ?? code ?? 'unknown'))
  })
  clearTimeout(timer)
  return { exit, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
}
