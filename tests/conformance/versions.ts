/** Versions of the client libraries, as package.json pins them. */
import { readFileSync } from 'node:fs'

const LIBRARIES = ['ccxt', '@binance/derivatives-trading-usds-futures', '@binance/spot', 'binance']

export function libraryVersions(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { devDependencies } = JSON.parse(text) as { readonly devDependencies: Readonly<Record<string, string>> }
  return Object.fromEntries(LIBRARIES.map((name) => [name, devDependencies[name] ?? '']))
}
