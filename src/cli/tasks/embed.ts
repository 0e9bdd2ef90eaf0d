/** What `--embed` does: a run's tapes and its strategy are copied into its folder, so that it stands alone. */
import { cp, copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { InputSpec } from './inputs.ts'

/** Copies tapes, each a file or a folder of segments, and names the copies instead. */
export async function embedInputs(inputs: readonly InputSpec[], folder: string): Promise<readonly InputSpec[]> {
  const copies: InputSpec[] = []
  for (const [i, spec] of inputs.entries()) {
    if (spec.kind !== 'tape') {
      copies.push(spec)
      continue
    }
    const path = join(folder, 'inputs', `${String(i + 1).padStart(3, '0')}-${basename(spec.path)}`)
    await cp(spec.path, path, { recursive: true })
    copies.push({ kind: 'tape', path })
  }
  return copies
}

/** Copies the files of a strategy, its own first, as they lie to each other; returns the path of its copy. */
export async function embedStrategy(files: readonly string[], folder: string): Promise<string> {
  let root = dirname(files[0] ?? '')
  while (files.some((file) => relative(root, file).startsWith('..'))) root = dirname(root)
  const copies = files.map((file) => join(folder, 'strategy', relative(root, file)))
  for (const [i, copy] of copies.entries()) {
    await mkdir(dirname(copy), { recursive: true })
    await copyFile(files[i] ?? '', copy)
  }
  return copies[0] ?? ''
}
