/**
 * The strategies of a session and who listens to what: handlers are called only for the instruments and rows they asked for.
 *
 * A handler that throws does not take the engine down: its strategy is paused, the failure is kept for the operator.
 */
import { Context } from '../strategy/context.ts'
import type { ContextParts } from '../strategy/context.ts'
import type { Needs, StrategyDefinition } from '../strategy/contract.ts'
import { StrategyError, parseTimeframe, resolveParams } from '../strategy/params.ts'
import { readPlainData, writePlainData } from '../strategy/plain-data.ts'
import type { StateReader, StateWriter } from '../tape/state.ts'
import type { StrategyConfig } from './config.ts'

/** One strategy at work. */
export interface Runner {
  readonly index: number
  readonly definition: StrategyDefinition
  readonly context: Context
  readonly needs: Needs
  /** Closed candles it wants before it is called. */
  readonly history: number
  paused: boolean
}

/** A handler that threw: what it was about and why. */
export interface Failure {
  readonly strategy: string
  readonly sequence: number
  readonly error: unknown
}

/** Closed candles that a strategy may ask for: two months of minutes. More is a slip of the pen, and memory. */
const MOST_HISTORY = 100_000

export class Roster {
  readonly runners: readonly Runner[]
  /** Runners by instrument, for each sort of row; empty lists where nobody listens. */
  readonly onTrade: readonly (readonly Runner[])[]
  readonly onBest: readonly (readonly Runner[])[]
  readonly onBook: readonly (readonly Runner[])[]
  readonly onMark: readonly (readonly Runner[])[]
  /** Runners by interval, then by instrument. */
  readonly onCandle: ReadonlyMap<string, readonly (readonly Runner[])[]>
  /** All intervals that anybody needs, shortest first, with the longest history wanted. */
  readonly intervals: readonly { readonly name: string; readonly microseconds: number; readonly history: number }[]
  readonly failures: Failure[] = []

  /** Throws StrategyError for settings a strategy does not take. */
  constructor(
    configs: readonly StrategyConfig[],
    definitions: readonly StrategyDefinition[],
    parts: Omit<ContextParts, 'strategy' | 'name' | 'params' | 'own'>,
  ) {
    this.runners = configs.map((config, index) => makeRunner(config, definitions[index], index, parts))
    const count = parts.instruments.length
    // Instruments with the same listeners share their list: one line of the cache instead of one for each.
    const lists = new Map<string, readonly Runner[]>()
    const listen = (wants: (runner: Runner) => boolean): readonly (readonly Runner[])[] =>
      Array.from({ length: count }, (_, instrument) => {
        const list = this.runners.filter((r) => wants(r) && r.context.instruments.includes(instrument))
        const key = list.map((r) => this.runners.indexOf(r)).join()
        const shared = lists.get(key) ?? list
        lists.set(key, shared)
        return shared
      })
    this.onTrade = listen((r) => r.definition.onTrade !== undefined)
    this.onBest = listen((r) => r.definition.onBest !== undefined)
    this.onBook = listen((r) => r.definition.onBook !== undefined)
    this.onMark = listen((r) => r.definition.onMark !== undefined)
    this.intervals = intervalsOf(this.runners)
    this.onCandle = new Map(
      this.intervals.map(({ name }) => [
        name,
        listen((r) => r.definition.onCandle !== undefined && r.needs.candles?.includes(name) === true),
      ]),
    )
  }

  /** Pauses a strategy that threw and remembers why. */
  fail(runner: Runner, sequence: Float64Array, error: unknown): void {
    runner.paused = true
    this.failures.push({ strategy: runner.definition.name, sequence: sequence[0] as number, error })
  }

  save(writer: StateWriter): void {
    writer.begin('strategies', 1)
    for (const runner of this.runners) {
      writer.u32(runner.paused ? 1 : 0)
      const { name } = runner.definition
      for (const instrument of runner.context.instruments)
        writer.text(writePlainData(runner.context.states[instrument], `state of strategy ${name}`))
    }
    writer.end()
  }

  load(reader: StateReader): void {
    reader.begin('strategies', 1)
    for (const runner of this.runners) {
      runner.paused = reader.u32() === 1
      for (const instrument of runner.context.instruments)
        runner.context.states[instrument] = readPlainData(reader.text())
    }
    reader.end()
  }
}

function makeRunner(
  config: StrategyConfig,
  definition: StrategyDefinition | undefined,
  index: number,
  parts: Omit<ContextParts, 'strategy' | 'name' | 'params' | 'own'>,
): Runner {
  if (definition === undefined) throw new StrategyError(`strategy ${config.name} is configured but not loaded`)
  const params = resolveParams(definition.name, definition.params ?? {}, new Map(Object.entries(config.settings)))
  const needs = typeof definition.needs === 'function' ? definition.needs(params) : definition.needs
  for (const interval of needs.candles ?? [])
    if (parseTimeframe(interval) === undefined)
      throw new StrategyError(
        `strategy ${definition.name} needs candles of '${interval}', which is no interval such as 1m, 15m, 1h or 1d`,
      )
  const history = needs.history ?? 0
  if (!Number.isInteger(history) || history < 0 || history > MOST_HISTORY)
    throw new StrategyError(
      `strategy ${definition.name} needs a history of ${history}: give it a whole number from 0 to ${MOST_HISTORY}`,
    )
  const missing = config.instruments.find((instrument) => parts.instruments[instrument] === undefined)
  if (missing !== undefined)
    throw new StrategyError(
      `strategy ${definition.name} is attached to instrument ${missing}, of ${parts.instruments.length}`,
    )
  const context = new Context(
    {
      ...parts,
      strategy: index,
      name: definition.name,
      params,
      own: config.instruments,
      // What a neighbour asks for is there as well, and is not to be relied on.
      history: (instrument, interval) =>
        needs.candles?.includes(interval) === true ? parts.history(instrument, interval) : undefined,
    },
    definition.state,
  )
  // Memory that cannot be stored is refused now and not at the first checkpoint.
  writePlainData(context.states[0] ?? null, `state of strategy ${definition.name}`)
  return { index, definition, context, needs, history, paused: false }
}

function intervalsOf(
  runners: readonly Runner[],
): readonly { readonly name: string; readonly microseconds: number; readonly history: number }[] {
  const longest = new Map<string, number>()
  for (const runner of runners)
    for (const name of runner.needs.candles ?? [])
      longest.set(name, Math.max(longest.get(name) ?? 1, runner.history + 1))
  return [...longest]
    .map(([name, history]) => ({ name, microseconds: parseTimeframe(name) ?? 0, history }))
    .toSorted((a, b) => a.microseconds - b.microseconds)
}
