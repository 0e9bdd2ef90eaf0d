/** All benchmarks, in the order in which `all` runs them. */
import type { Benchmark } from './measure.ts'
import { decode } from './decode.ts'
import { replay } from './replay.ts'

export const BENCHMARKS: readonly Benchmark[] = [decode, replay]
