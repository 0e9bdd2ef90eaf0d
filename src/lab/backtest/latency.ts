/** How long an order takes to the venue and its answer back. */

/** Times in microseconds. `recorded` adds the feed's own delay at that moment to the constant part. */
export interface LatencyModel {
  readonly kind: 'constant' | 'recorded'
  readonly order: number
  readonly response: number
}

export const DEFAULT_LATENCY: LatencyModel = { kind: 'constant', order: 20_000, response: 20_000 }

/** A latency from text such as `20ms`, `15ms/25ms` (order/response), `500us` or `recorded`; undefined if it is none. */
export function parseLatency(text: string): LatencyModel | undefined {
  if (text === 'recorded') return { kind: 'recorded', order: 0, response: 0 }
  const spans = text.split('/').map(parseSpan)
  const [order] = spans
  const response = spans.length === 1 ? order : spans[1]
  if (order === undefined || response === undefined || spans.length > 2) return undefined
  return { kind: 'constant', order, response }
}

function parseSpan(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text)
  if (match === null) return undefined
  const unit = match[2] === 'us' ? 1 : match[2] === 'ms' ? 1000 : 1_000_000
  return Math.round(Number(match[1]) * unit)
}
