/** Where commands print: text or one JSON document on stdout, progress and remarks on stderr. */
import type { Terminal } from './command.ts'

/** Progress is redrawn at most this often, milliseconds. */
const PROGRESS_EVERY_MS = 100

export function openTerminal(json: boolean): Terminal & { finish(): void } {
  const showsProgress = process.stderr.isTTY && !json
  let shown = false
  let last = 0
  const clear = (): void => {
    if (shown) process.stderr.write('\r\x1b[K')
    shown = false
  }
  return {
    json,
    colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    print(text) {
      clear()
      if (!json) process.stdout.write(`${text}\n`)
    },
    document(value) {
      clear()
      if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
    },
    progress(text) {
      const now = Date.now()
      if (!showsProgress || now - last < PROGRESS_EVERY_MS) return
      last = now
      process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`)
      shown = true
    },
    remark(text) {
      clear()
      process.stderr.write(`${text}\n`)
    },
    finish: clear,
  }
}
