/** Strategy files for tests: written into a folder of their own that is gone when the test ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Writes files (name → text) into a new folder and returns its path. */
export function strategyFolder(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tapewright-strategies-')))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return folder
}

/** A strategy's text whose candle handler has this body; `above` stands before the definition. */
export function strategyText(body: string, above = ''): string {
  return `import { defineStrategy } from 'tapewright'
${above}
export default defineStrategy({
  name: 'example',
  needs: { candles: ['1m'] },
  state: () => ({ seen: 0 }),
  onCandle(candle, ctx) {
    ${body}
  },
})
`
}
