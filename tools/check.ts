/**
 * `npm run check`: format, types, lint, walls, tests; one timed line per step, stops at the first that fails.
 * In: `--except STEP` leaves a step out (repeatable). Out: exit code 0, or 1 with the step's output and what to do about it.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A step runs Node on `args`; `remedy` is what a reader should do when it fails. */
type Step = { readonly name: string; readonly args: readonly string[]; readonly remedy: string }

const steps: readonly Step[] = [
  {
    name: 'format',
    args: [
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-location=node_modules/.cache/prettier-check',
      '.',
    ],
    remedy: 'npx prettier --write on the files named above',
  },
  {
    name: 'types',
    args: ['tools/build.ts'],
    remedy: 'mend the type errors above; an import that is not a reference of its module runs against the arrows',
  },
  {
    name: 'lint',
    args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'],
    remedy: 'mend the findings above; a rule is not switched off in place',
  },
  {
    name: 'walls',
    args: ['tools/test.ts', 'tests/walls'],
    remedy: 'each finding above names the place, the rule and the replacement',
  },
  {
    name: 'tests',
    args: ['tools/test.ts'],
    remedy: 'npm test -- PATH runs the failed file alone',
  },
]

const { values } = parseArgs({ options: { except: { type: 'string', multiple: true, default: [] } } })
const unknown = values.except.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  process.stderr.write(`no step ${unknown.join(', ')}; steps are ${steps.map(({ name }) => name).join(', ')}\n`)
  process.exitCode = 2
} else {
  process.exitCode = runAll(steps.filter((step) => !values.except.includes(step.name)))
}

function runAll(wanted: readonly Step[]): number {
  for (const step of wanted) {
    const started = process.hrtime.bigint()
    const result = spawnSync(process.execPath, step.args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
    const seconds = (Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)
    if (result.status !== 0) {
      process.stdout.write(`${result.stdout}${result.stderr}\n${step.name}: FAILED after ${seconds} s\n`)
      process.stdout.write(`  remedy: ${step.remedy}\n  again:  npm run check\n`)
      return 1
    }
    process.stdout.write(`${step.name}: ok, ${seconds} s\n`)
  }
  return 0
}
