/** Plans the test jobs: which test files exist, and which of them share a process. */
import { globSync } from 'node:fs'

/** Test files that run in one process, in the order given. */
export type Job = { readonly name: string; readonly files: readonly string[] }

const PATTERNS = ['src/**/*.test.ts', 'tests/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts']

/** Modules without side effects: the tests of one of their folders can share a process. */
const PURE = new Set(['core', 'strategies', 'venues', 'exchange', 'live'])

/** All test files below `root`, or those whose path contains one of `paths`; sorted, with forward slashes. */
export function findTestFiles(root: string, paths: readonly string[]): string[] {
  const files = globSync(PATTERNS, { cwd: root }).map((file) => file.replaceAll('\\', '/'))
  const wanted = paths.map((path) => path.replaceAll('\\', '/').replace(/^\.\//, ''))
  return files.filter((file) => wanted.length === 0 || wanted.some((path) => file.includes(path))).sort()
}

/** Folders of pure modules first (the longest jobs), then every other file alone. */
export function planJobs(files: readonly string[]): Job[] {
  const folders = new Map<string, string[]>()
  const alone: Job[] = []
  for (const file of files) {
    const [top, module = '', room = ''] = file.split('/')
    if (top !== 'src' || !PURE.has(module)) {
      alone.push({ name: file, files: [file] })
      continue
    }
    const folder = room.endsWith('.ts') ? `src/${module}` : `src/${module}/${room}`
    folders.set(folder, [...(folders.get(folder) ?? []), file])
  }
  return [...[...folders].map(([name, members]) => ({ name, files: members })), ...alone]
}
