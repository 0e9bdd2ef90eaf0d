/** Options of a backtest that say how the market answers and how much is risked, and their parsing. */
import { DEFAULT_CONFIG } from '../../core/engine/config.ts'
import type { Limits, SizerConfig } from '../../core/engine/config.ts'
import { tryParseDecimal } from '../../core/number/decimal.ts'
import { RATE_DECIMALS } from '../../core/tape/layout.ts'
import { DEFAULT_LATENCY, parseLatency } from '../../lab/backtest/latency.ts'
import type { LatencyModel } from '../../lab/backtest/latency.ts'
import { DEFAULT_EXCHANGE } from '../../lab/run/run-config.ts'
import type { ExchangeConfig } from '../../lab/run/run-config.ts'
import { UsageError } from '../command.ts'
import type { Arguments, OptionSpec } from '../command.ts'

export const MARKET_OPTIONS: readonly OptionSpec[] = [
  { name: 'set', value: 'NAME=VALUE', many: true, help: 'a parameter of the strategy, with its unit: rise=1.5%' },
  { name: 'cash', value: 'AMOUNT', help: 'starting money in the settle asset (10000)' },
  {
    name: 'sizer',
    value: 'SIZER',
    help: 'notional:1000 (default) or risk:1%[,max:5000]: share of equity a stop may lose',
  },
  { name: 'leverage', value: 'N', help: 'whole number; contracts cost their value divided by it (5)' },
  { name: 'max-position', value: 'AMOUNT', help: 'largest position value per instrument' },
  { name: 'max-daily-loss', value: 'AMOUNT', help: 'loss since the UTC day began at which opening stops' },
  { name: 'latency', value: 'TIME[/TIME]', help: 'to the venue and back: 20ms (default), 15ms/25ms, or recorded' },
  { name: 'queue', value: 'MODEL', help: 'conservative (default: only trades move a queue) or probabilistic' },
  { name: 'fill', value: 'WHEN', help: 'on candles: next-open (default) or close' },
  { name: 'fees', value: 'MAKER,TAKER', help: 'in percent: 0.02%,0.05% (default)' },
]

export interface MarketSettings {
  readonly settings: Readonly<Record<string, string>>
  readonly cash: string
  readonly sizer: SizerConfig
  readonly engine: { readonly leverage: number; readonly limits: Limits }
  readonly exchange: ExchangeConfig
  readonly latency: LatencyModel
}

/** Reads the options. Throws UsageError naming the option and how it is written. */
export function marketSettings(args: Arguments): MarketSettings {
  return {
    settings: settingsOf(args.all('set')),
    cash: amountText('cash', args.one('cash') ?? '10000'),
    sizer: sizerOf(args.one('sizer') ?? 'notional:1000'),
    engine: { leverage: leverageOf(args.one('leverage')), limits: limitsOf(args) },
    exchange: {
      ...DEFAULT_EXCHANGE,
      ...feesOf(args.one('fees')),
      queue: oneOf('queue', args.one('queue') ?? DEFAULT_EXCHANGE.queue, ['conservative', 'probabilistic'] as const),
      candleFill: oneOf('fill', args.one('fill') ?? DEFAULT_EXCHANGE.candleFill, ['next-open', 'close'] as const),
    },
    latency: latencyOf(args.one('latency')),
  }
}

function settingsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new UsageError(`--set ${text}: write it as NAME=VALUE, for example --set rise=1.5%`)
    settings[text.slice(0, at)] = text.slice(at + 1)
  }
  return settings
}

function amountText(option: string, text: string): string {
  if (!/^\d+(?:\.\d{1,18})?$/.test(text))
    throw new UsageError(`--${option} ${text} is no amount: write it like 10000 or 2500.50`)
  return text
}

function sizerOf(text: string): SizerConfig {
  const fixed = /^notional:(\d+(?:\.\d+)?)$/.exec(text)
  if (fixed !== null) return { kind: 'fixed-notional', notional: Number(fixed[1]) }
  const risk = /^risk:(\d+(?:\.\d+)?)%(?:,max:(\d+(?:\.\d+)?))?$/.exec(text)
  if (risk !== null)
    return {
      kind: 'risk-fraction',
      fraction: Number(risk[1]) / 100,
      maxNotional: Number(risk[2] ?? Number.MAX_SAFE_INTEGER),
    }
  throw new UsageError(`--sizer ${text} is none: write notional:1000, risk:1% or risk:1%,max:5000`)
}

function leverageOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CONFIG.leverage
  const leverage = Number(text)
  if (!Number.isInteger(leverage) || leverage < 1 || leverage > 125)
    throw new UsageError(`--leverage ${text}: write a whole number from 1 to 125`)
  return leverage
}

function limitsOf(args: Arguments): Limits {
  const maxPosition = args.one('max-position')
  const maxDailyLoss = args.one('max-daily-loss')
  return {
    ...(maxPosition === undefined ? {} : { maxPositionNotional: Number(amountText('max-position', maxPosition)) }),
    ...(maxDailyLoss === undefined ? {} : { maxDailyLoss: Number(amountText('max-daily-loss', maxDailyLoss)) }),
  }
}

function feesOf(text: string | undefined): Pick<ExchangeConfig, 'makerFeeRate' | 'takerFeeRate'> {
  const { makerFeeRate, takerFeeRate } = DEFAULT_EXCHANGE
  if (text === undefined) return { makerFeeRate, takerFeeRate }
  const [maker, taker, ...rest] = text.split(',').map((part) => /^(-?\d+(?:\.\d+)?)%$/.exec(part)?.[1])
  if (maker === undefined || taker === undefined || rest.length > 0)
    throw new UsageError(`--fees ${text}: write maker and taker in percent, for example 0.02%,0.05%`)
  return { makerFeeRate: rateOf(maker), takerFeeRate: rateOf(taker) }
}

/** A percentage as counts of 10^-12. */
function rateOf(percent: string): number {
  const rate = tryParseDecimal(percent, RATE_DECIMALS - 2)
  if (!rate.ok) throw new UsageError(`--fees ${percent}%: ${rate.message}`)
  return rate.value
}

function latencyOf(text: string | undefined): LatencyModel {
  if (text === undefined) return DEFAULT_LATENCY
  const latency = parseLatency(text)
  if (latency === undefined)
    throw new UsageError(`--latency ${text}: write 20ms, 15ms/25ms (to the venue/back), 500us or recorded`)
  return latency
}

function oneOf<const T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text)
  if (choice === undefined) throw new UsageError(`--${option} ${text}: choose ${choices.join(' or ')}`)
  return choice
}
