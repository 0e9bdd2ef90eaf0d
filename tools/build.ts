/** Build: one `tsc -b` checks every module and emits what a published package ships to dist/. Arguments go to tsc. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(/package\.json$/, 'bin/tsc')
const result = spawnSync(process.execPath, [compiler, '-b', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exitCode = result.status ?? 1
