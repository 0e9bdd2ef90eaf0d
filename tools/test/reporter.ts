/** A reporter of node:test: one JSON line per failed or skipped test, and one with the totals. Read by outcome.ts. */
import type { TestEvent } from 'node:test/reporters'

/** One line of the reporter. */
export type ReportLine =
  | { readonly kind: 'failed'; readonly name: string; readonly at: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string }
  | { readonly kind: 'totals'; readonly counts: Readonly<Record<string, number>> }

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    const line = reportLine(event)
    if (line !== undefined) yield `${JSON.stringify(line)}\n`
  }
}

function reportLine(event: TestEvent): ReportLine | undefined {
  if (event.type === 'test:fail') {
    const { name, file, line, column } = event.data
    return { kind: 'failed', name, at: `${file ?? '?'}:${line ?? 0}:${column ?? 0}` }
  }
  if (event.type === 'test:pass' && event.data.skip !== undefined && event.data.skip !== false) {
    return { kind: 'skipped', name: event.data.name, reason: String(event.data.skip) }
  }
  if (event.type === 'test:summary' && event.data.file === undefined) {
    return { kind: 'totals', counts: { ...event.data.counts } }
  }
  return undefined
}
