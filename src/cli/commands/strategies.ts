/** `tapewright strategies`: what ships with the program, or what a file of one's own declares. */
import type { StrategyDefinition } from '../../core/strategy/contract.ts'
import { boundsText, paramText } from '../../core/strategy/param-text.ts'
import type { ParamDeclarations } from '../../core/strategy/params.ts'
import { resolveParams } from '../../core/strategy/params.ts'
import { loadStrategy } from '../../node/strategy-loader.ts'
import { SHIPPED } from '../../strategies/index.ts'
import { EXIT } from '../command.ts'
import type { Command } from '../command.ts'

const HANDLERS = ['onCandle', 'onTrade', 'onBest', 'onBook', 'onMark', 'onFill'] as const

export const strategies: Command = {
  name: 'strategies',
  usage: '[NAME | FILE]…',
  summary: 'Lists the strategies that ship with the program, their parameters and what they need.',
  options: [],
  examples: ['tapewright strategies', 'tapewright strategies breakout', 'tapewright strategies ./my-dip.ts'],
  async run(args, terminal) {
    const names = args.positionals.length > 0 ? args.positionals : [...SHIPPED.keys()]
    const described: StrategyText[] = []
    for (const name of names) described.push(describe((await loadStrategy(name)).definition))
    terminal.document({ strategies: described })
    terminal.print(described.map(textOf).join('\n\n'))
    if (args.positionals.length === 0)
      terminal.print(
        '\nSet a parameter with --set NAME=VALUE. Your own begins with: tapewright new my-strategy --from momentum',
      )
    return EXIT.success
  },
}

/** A strategy as its users see it. */
interface StrategyText {
  readonly name: string
  readonly about: string
  readonly params: readonly ParamText[]
  readonly needs: { readonly candles: readonly string[]; readonly history: number; readonly book: boolean }
  readonly listens: readonly string[]
}

interface ParamText {
  readonly name: string
  readonly unit: string
  /** As it is written after `--set NAME=`. */
  readonly default: string
  /** Such as `at least 0%`; empty without. */
  readonly bounds: string
  readonly choices: readonly string[]
}

function describe(definition: StrategyDefinition): StrategyText {
  const params: ParamDeclarations = definition.params ?? {}
  const values = resolveParams(definition.name, params, new Map())
  const needs = typeof definition.needs === 'function' ? definition.needs(values) : definition.needs
  return {
    name: definition.name,
    about: definition.about ?? '',
    params: Object.entries(params).map(([name, quantity]) => paramOf(name, quantity)),
    needs: { candles: needs.candles ?? [], history: needs.history ?? 0, book: needs.book ?? false },
    listens: HANDLERS.filter((handler) => definition[handler] !== undefined),
  }
}

function paramOf(name: string, declaration: ParamDeclarations[string]): ParamText {
  return {
    name,
    unit: declaration.unit,
    default: paramText(declaration),
    bounds: boundsText(declaration),
    choices: declaration.choices ?? [],
  }
}

function textOf(strategy: StrategyText): string {
  const { candles, history, book } = strategy.needs
  const needs = [
    ...candles.map((interval) => `${interval} candles`),
    ...(history > 0 ? [`${history} candles of history`] : []),
    ...(book ? ['an order book'] : []),
  ]
  const width = Math.max(0, ...strategy.params.map((param) => param.name.length))
  return [
    strategy.about === '' ? strategy.name : `${strategy.name}: ${strategy.about}`,
    ...(needs.length > 0 ? [`  needs ${needs.join(', ')}`] : []),
    ...strategy.params.map((param) => `  ${param.name.padEnd(width)} = ${param.default}${limitsText(param)}`),
  ].join('\n')
}

function limitsText({ unit, bounds, choices }: ParamText): string {
  const words = [unit, bounds, choices.length > 0 ? `one of ${choices.join(', ')}` : '']
  return `  (${words.filter((word) => word !== '').join(', ')})`
}
