/**
 * Memory: the peak resident size of importing and backtesting each recording, as the commands do it, and the resident size
 * along a stream of rows that is never stored whole.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { recording, whyMissing } from '../src/testing/data.ts'
import type { Benchmark, Goal } from './measure.ts'

const STREAM_ROWS = 100_000_000
const PEAK_BYTES = 400e6
/** What a resident size may move by and still be called flat: collections come when they come. */
const FLAT_BYTES = 16e6

/** Each recording with its files in order. */
const RECORDINGS: readonly { readonly venue: string; readonly files: readonly string[] }[] = [
  { venue: 'binance-usdm', files: ['btcusdt_20240808'] },
  { venue: 'binance-usdm', files: ['ethusdt_20240808'] },
  { venue: 'binance-usdm', files: ['btcusdt_20230404', 'btcusdt_20230405'] },
  { venue: 'binance-spot', files: ['btcusdt_20240808', 'btcusdt_20240809'] },
  { venue: 'binance-spot', files: ['ethusdt_20240808', 'ethusdt_20240809'] },
]

export const memory: Benchmark = {
  name: 'memory',
  about: 'peak resident size of import and backtest; a long stream in a flat resident size',
  async run({ note, rows = STREAM_ROWS, folder: wanted }) {
    const folder = await mkdtemp(join(wanted ?? tmpdir(), 'tapewright-bench-'))
    try {
      const recordings: RecordingPeaks[] = []
      for (const one of RECORDINGS) {
        const missing = whyMissing(pathOf(one.venue, one.files[0] ?? ''))
        if (missing === undefined) recordings.push(await peaksOf(one.venue, one.files, folder, note))
        else note(`left out: ${missing}`)
      }
      const stream = await streamOf(rows, note)
      const start = stream[0]?.residentBytes ?? NaN
      const growth = Math.max(...stream.map(({ residentBytes }) => residentBytes)) - start
      const peak = Math.max(...recordings.flatMap((one) => [one.importBytes, one.backtestBytes]))
      const goals: Goal[] = [{ key: 'streamGrowthBytes', wanted: FLAT_BYTES, reached: growth, atMost: true }]
      if (recordings.length > 0) goals.unshift({ key: 'peakBytes', wanted: PEAK_BYTES, reached: peak, atMost: true })
      return {
        figures: {
          ...(recordings.length > 0 ? { peakBytes: peak } : {}),
          recordings,
          streamRows: rows,
          streamGrowthBytes: growth,
          stream,
        },
        goals,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

interface RecordingPeaks {
  readonly recording: string
  readonly importBytes: number
  readonly backtestBytes: number
}

async function peaksOf(
  venue: string,
  names: readonly string[],
  folder: string,
  note: (text: string) => void,
): Promise<RecordingPeaks> {
  const files = names.map((name) => recording(pathOf(venue, name)))
  const title = `${venue} ${names.join(' + ')}`
  const tape = join(folder, 'recording.tape')
  const run = join(folder, 'run')
  const importBytes = await peakOf(['import', ...files, '--venue', venue, '--out', tape])
  const backtestBytes = await peakOf(['backtest', 'market-maker', '--tape', tape, '--out', run])
  await rm(run, { recursive: true })
  note(`${title}: import ${megabytes(importBytes)}, backtest ${megabytes(backtestBytes)}`)
  return { recording: title, importBytes, backtestBytes }
}

function pathOf(venue: string, name: string): string {
  return `captures/${venue}/${name}.gz`
}

/** Runs a command of the program in a process of its own. Throws Error with what it said when it fails. */
async function peakOf(args: readonly string[]): Promise<number> {
  const watcher = new URL('./peak-memory.ts', import.meta.url).href
  const program = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', watcher, program, ...args, '--json'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const [said, peak, [code]] = await Promise.all([
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'close') as Promise<[number | null]>,
  ])
  if (code !== 0) throw new Error(`tapewright ${args.join(' ')} ended with ${code}: ${said}`)
  return Number(peak)
}

interface StreamPoint {
  readonly rows: number
  readonly residentBytes: number
  readonly heapBytes: number
}

async function streamOf(rows: number, note: (text: string) => void): Promise<readonly StreamPoint[]> {
  const program = fileURLToPath(new URL('./long-stream.ts', import.meta.url))
  const child = spawn(process.execPath, [program, String(rows)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const points: StreamPoint[] = []
  child.stdout.setEncoding('utf8')
  let rest = ''
  child.stdout.on('data', (piece: string) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [count = NaN, residentBytes = NaN, heapBytes = NaN] = line.split(' ').map(Number)
      points.push({ rows: count, residentBytes, heapBytes })
      note(`${(count / 1e6).toFixed(0)} M rows: ${megabytes(residentBytes)} resident, ${megabytes(heapBytes)} heap`)
    }
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`the stream of ${rows} rows ended with ${code}`)
  return points
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
