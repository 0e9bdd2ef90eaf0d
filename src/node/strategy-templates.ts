/** The sources of the shipped strategies, which a published package carries for `tapewright new`. */
import { readFile } from 'node:fs/promises'

/** Text of a shipped strategy's TypeScript source. The name must be one of the shipped ones. */
export function templateSource(name: string): Promise<string> {
  return readFile(new URL(`../../src/strategies/${name}.ts`, import.meta.url), 'utf8')
}
