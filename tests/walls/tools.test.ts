import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { repository } from './source.ts'

/** A folder with the repository's settings and packages, and the given files. */
function project(context: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapewright-tools-'))
  context.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['tsconfig.base.json', '.oxlintrc.json']) copyFileSync(join(repository, name), join(folder, name))
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

function runTool(folder: string, tool: string, ...args: string[]): { output: string; status: number | null } {
  const result = spawnSync(process.execPath, [join(repository, 'node_modules', tool), ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { output: result.stdout + result.stderr, status: result.status }
}

const pureModule = '{ "extends": "./tsconfig.base.json", "compilerOptions": { "outDir": "dist" }, "include": ["*.ts"] }'

test('a module of the walls compiles without Node and DOM', (context) => {
  const names = ['setTimeout', 'setInterval', 'fetch', 'process', 'Buffer', 'console', 'performance', 'queueMicrotask']
  names.push('structuredClone', 'TextDecoder', 'AbortController', 'crypto', 'document')
  const files = Object.fromEntries(names.map((name) => [`${name}.ts`, `void ${name}\nexport {}\n`]))
  const folder = project(context, { 'tsconfig.json': pureModule, ...files, 'fs.ts': "import 'node:fs/promises'\n" })
  const { output } = runTool(folder, 'typescript/bin/tsc', '-b', '--pretty', 'false')
  for (const name of names) assert.match(output, new RegExp(`^${name}\\.ts\\(1,6\\): error`, 'm'))
  assert.match(output, /^fs\.ts\(1,8\): error/m)
})

test('an import of a module that is no reference is an error', (context) => {
  const folder = project(context, {
    'low/tsconfig.json': pureModule.replace('./tsconfig', '../tsconfig'),
    'low/a.ts': "export { b } from '../high/b.ts'\n",
    'high/b.ts': 'export const b = 1\n',
  })
  assert.match(runTool(folder, 'typescript/bin/tsc', '-b', 'low', '--pretty', 'false').output, /TS6307|TS6059/)
})

const lint: readonly (readonly [string, string])[] = [
  ['no-floating-promises', 'export async function f(): Promise<void> {}\nf()\n'],
  ['no-misused-promises', '[1].forEach(async () => {})\nexport {}\n'],
  ['await-thenable', 'export async function f(): Promise<void> {\n  await 3\n}\n'],
  [
    'switch-exhaustiveness-check',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n    default:\n      return 2\n  }\n}\n",
  ],
  ['no-explicit-any', 'export const x: any = 1\n'],
  ['no-non-null-assertion', 'export const x = (y: number[]): number => y[0]!\n'],
  ['consistent-type-imports', "import { B } from './b.ts'\nexport const x = (b: B): B => b\n"],
  ['no-cycle', "import { c } from './c.ts'\nexport const x: number = c\n"],
  ['no-default-export', 'export default function f(): void {}\n'],
]

test('lint names each of the mistakes it is there for', (context) => {
  const files = Object.fromEntries(lint.map(([rule, text]) => [`${rule}.ts`, text]))
  const folder = project(context, {
    'tsconfig.json': pureModule,
    ...files,
    'b.ts': 'export type B = number\n',
    'c.ts': "import { x } from './no-cycle.ts'\nexport const c: number = x\n",
  })
  const { output, status } = runTool(folder, 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format=unix')
  assert.notEqual(status, 0)
  for (const [rule] of lint) {
    const lines = output.split('\n').filter((line) => line.includes(`${rule}.ts:`) && line.includes(`(${rule})`))
    assert.ok(lines.length > 0, `${rule} is not named:\n${output}`)
  }
})
