/** All benchmarks, in the order in which `all` runs them. */
import type { Benchmark } from './measure.ts'
import { append } from './append.ts'
import { decode } from './decode.ts'
import { hostile } from './hostile.ts'
import { matching } from './matching.ts'
import { memory } from './memory.ts'
import { replay } from './replay.ts'
import { scan } from './scan.ts'
import { streams } from './streams.ts'
import { wire } from './wire.ts'

export const BENCHMARKS: readonly Benchmark[] = [decode, replay, scan, append, memory, matching, wire, streams, hostile]
