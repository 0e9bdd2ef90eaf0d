/**
 * Runs the tests. `npm test [-- PATH… --node-test-option…]`: without a path all of them.
 * In: the test files of src/, tests/ and tools/. Out: one line per job, the full output of failing jobs, node:test's closing lines, exit code 0 or 1.
 * A job is one process: the tests of a whole folder where the code is pure (starting a process per file costs forty times
 * more than the tests), one file elsewhere, where tests touch the disk, the environment or other processes.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findTestFiles, planJobs, type Job } from './test/jobs.ts'
import { addTotals, closingLines, noTotals, readOutcome, type Outcome } from './test/outcome.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const reporter = new URL('./test/reporter.ts', import.meta.url).href

/** A job that takes longer hangs: the slowest takes a tenth of it on two slow cores. */
const JOB_TIMEOUT_MS = 10 * 60_000

async function main(): Promise<void> {
  const started = process.hrtime.bigint()
  const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
  const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
  const files = findTestFiles(root, paths)
  if (files.length === 0) {
    process.stderr.write(`no test file matches ${paths.join(' ')}\n`)
    process.exitCode = 2
    return
  }
  const jobs = planJobs(files)
  const scratch = mkdtempSync(join(tmpdir(), 'tapewright-tests-'))
  let totals = noTotals
  const failed: string[] = []
  try {
    const worker = async (): Promise<void> => {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        const outcome = await runJob(job, options, join(scratch, `${jobs.length}.jsonl`))
        totals = addTotals(totals, outcome.totals)
        failed.push(...outcome.failures)
        report(job, outcome)
      }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, worker))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  if (failed.length > 0) process.stdout.write(`\nfailed:\n${failed.map((name) => `  ${name}\n`).join('')}`)
  process.stdout.write(`\n${closingLines(totals, Number(process.hrtime.bigint() - started) / 1e6)}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}

function report(job: Job, outcome: Outcome): void {
  const { tests, skipped } = outcome.totals
  const notes = skipped > 0 ? `, ${skipped} skipped` : ''
  const seconds = (outcome.durationMs / 1000).toFixed(1)
  process.stdout.write(
    `${outcome.failures.length === 0 ? 'ok    ' : 'FAILED'} ${job.name}: ${tests} tests${notes}, ${seconds} s\n`,
  )
  for (const skip of outcome.skips) process.stdout.write(`       skipped: ${skip}\n`)
  if (outcome.failures.length > 0) process.stdout.write(`${outcome.output}\n`)
}

/** Runs one job in a Node of its own; the reporter leaves the outcome in `resultFile`. */
async function runJob(job: Job, options: readonly string[], resultFile: string): Promise<Outcome> {
  const started = process.hrtime.bigint()
  const args = [
    '--test',
    '--test-isolation=none',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${resultFile}`,
    ...options,
    ...job.files,
  ]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const timer = setTimeout(() => child.kill('SIGKILL'), JOB_TIMEOUT_MS)
  const exit = await new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(signal ?? String(code)))
  })
  clearTimeout(timer)
  const durationMs = Number(process.hrtime.bigint() - started) / 1e6
  return readOutcome(job.name, readResult(resultFile), exit, Buffer.concat(chunks).toString(), durationMs)
}

function readResult(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process died before it could report: readOutcome turns that into a failure
  }
}

await main()
