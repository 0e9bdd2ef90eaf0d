/** What a test job came to: its totals, its failures by name and place, and what it printed. */
import type { ReportLine } from './reporter.ts'

/** Counts as node:test reports them. */
export type Totals = {
  readonly tests: number
  readonly suites: number
  readonly passed: number
  readonly failed: number
  readonly cancelled: number
  readonly skipped: number
  readonly todo: number
}

/** The result of one job. `failures` is empty exactly when the job passed. */
export type Outcome = {
  readonly totals: Totals
  readonly failures: readonly string[]
  readonly skips: readonly string[]
  readonly output: string
  readonly durationMs: number
}

/** Totals of nothing. */
export const noTotals: Totals = { tests: 0, suites: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 }

/** The sum of two jobs' totals. */
export function addTotals(a: Totals, b: Totals): Totals {
  return {
    tests: a.tests + b.tests,
    suites: a.suites + b.suites,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    skipped: a.skipped + b.skipped,
    todo: a.todo + b.todo,
  }
}

/**
 * Reads what the reporter of a job wrote. `exit` is the exit code or the signal's name.
 * A process that died without totals, or failed without naming a test, is one failed test: silence never passes.
 */
export function readOutcome(job: string, report: string, exit: string, output: string, durationMs: number): Outcome {
  const lines = report.split('\n').filter((line) => line.endsWith('}'))
  const failures: string[] = []
  const skips: string[] = []
  let totals: Totals | undefined
  for (const line of lines.map((text) => JSON.parse(text) as ReportLine)) {
    if (line.kind === 'failed') failures.push(`${line.name} (${line.at})`)
    else if (line.kind === 'skipped') skips.push(`${line.name} (${line.reason})`)
    else totals = { ...noTotals, ...line.counts }
  }
  if (totals === undefined || (exit !== '0' && failures.length === 0)) {
    failures.push(
      `${job}: the process ended with ${exit} ${totals === undefined ? 'before its tests did' : 'after them'}`,
    )
    totals = addTotals(totals ?? noTotals, { ...noTotals, tests: 1, failed: 1 })
  }
  return { totals, failures, skips, output, durationMs }
}

/** The lines with which node:test ends a run. */
export function closingLines(totals: Totals, durationMs: number): string {
  return [
    `# tests ${totals.tests}`,
    `# suites ${totals.suites}`,
    `# pass ${totals.passed}`,
    `# fail ${totals.failed}`,
    `# cancelled ${totals.cancelled}`,
    `# skipped ${totals.skipped}`,
    `# todo ${totals.todo}`,
    `# duration_ms ${Math.round(durationMs)}`,
    '',
  ].join('\n')
}
