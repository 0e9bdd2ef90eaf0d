/**
 * Benchmarks: `npm run bench -- NAME [--runs N] [--rows N] [--folder DIR] [--json]`, NAME of the list or `all`. `--rows`
 * shortens or lengthens `memory`, `--folder` says on which disk `append` writes.
 * They print medians of several runs with the machine they are of, and beside each goal what was reached; a missed goal is
 * told, never an exit code, because machines differ.
 */
import { parseArgs } from 'node:util'
import { BENCHMARKS } from './list.ts'
import { machine } from './measure.ts'
import type { BenchResult } from './measure.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    rows: { type: 'string' },
    folder: { type: 'string' },
  },
})
const name = positionals[0] ?? ''
const chosen = name === 'all' ? BENCHMARKS : BENCHMARKS.filter((one) => one.name === name)
if (chosen.length === 0) {
  const list = BENCHMARKS.map((one) => `  ${one.name.padEnd(8)} ${one.about}`).join('\n')
  process.stderr.write(`bench: name one of these, or all:\n${list}\n`)
  process.exitCode = 2
}
for (const benchmark of chosen) {
  const note = values.json ? (): void => undefined : (text: string): void => void process.stderr.write(`  ${text}\n`)
  const result = await benchmark.run({
    runs: Number(values.runs),
    note,
    ...(values.rows === undefined ? {} : { rows: Number(values.rows) }),
    ...(values.folder === undefined ? {} : { folder: values.folder }),
  })
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ bench: benchmark.name, machine: machine(), ...result.figures }, undefined, 2)}\n`
      : textOf(benchmark.name, result),
  )
}

function textOf(title: string, result: BenchResult): string {
  const goals = result.goals.map(({ key, wanted, reached, atMost }) => {
    const met = atMost === true ? reached <= wanted : reached >= wanted
    return `  ${met ? 'met   ' : 'missed'}  ${key}: ${format(reached)} (wanted ${atMost === true ? 'at most' : 'at least'} ${format(wanted)})`
  })
  return [`${title} on ${JSON.stringify(machine())}`, JSON.stringify(result.figures, undefined, 2), ...goals, ''].join(
    '\n',
  )
}

function format(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 1000) / 1000)
}
