/** Measuring: several runs, medians, and figures that say what machine they are of. */
import { cpus, totalmem } from 'node:os'

/** One benchmark: what it measures and how. Keys of the result are stable, so that programs can read them. */
export interface Benchmark {
  readonly name: string
  readonly about: string
  run(options: BenchOptions): Promise<BenchResult>
}

export interface BenchOptions {
  /** Runs of each side; the medians are told. */
  readonly runs: number
  /** Rows of a benchmark whose length can be chosen. */
  readonly rows?: number
  /** Where files are written; the system's folder for temporary files unless given. It must lie on the disk that is meant. */
  readonly folder?: string
  /** Tells what is being done; silent with --json. */
  note(text: string): void
}

/** Figures by name; objects nest. Goals are told beside what was reached. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, unknown>>
  readonly goals: readonly Goal[]
}

export interface Goal {
  readonly key: string
  readonly wanted: number
  readonly reached: number
  /** Whether smaller is better. */
  readonly atMost?: boolean
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

/** Wall seconds of one call. */
export async function seconds(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - start) / 1e9
}

/** Wall seconds of a call, and processor seconds of this thread: on a busy machine the second says more. */
export interface Spent {
  readonly wall: number
  readonly cpu: number
}

/** Starts measuring; the function that it returns tells what was spent since. */
export function startClock(): () => Spent {
  const cpu = process.threadCpuUsage()
  const wall = process.hrtime.bigint()
  return () => {
    const end = process.hrtime.bigint()
    const { user, system } = process.threadCpuUsage(cpu)
    return { wall: Number(end - wall) / 1e9, cpu: (user + system) / 1e6 }
  }
}

export async function spent(work: () => unknown): Promise<Spent> {
  const clock = startClock()
  await work()
  return clock()
}

export function machine(): Readonly<Record<string, string | number>> {
  const list = cpus()
  return {
    cpu: list[0]?.model.trim() ?? 'unknown',
    cores: list.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform}-${process.arch}`,
  }
}
