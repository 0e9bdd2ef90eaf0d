/** Durability of names: a file that was created or renamed is there after a crash once its folder is synced. */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes creations and renames in the folder of `file` durable. Windows has no such call and needs none. */
export async function syncFolderOf(file: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The same without leaving the thread, where what follows must not begin before. */
export function syncFolderOfNow(file: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
