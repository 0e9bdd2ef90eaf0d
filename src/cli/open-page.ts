/** Opens a file in the program that the desktop has for it. */
import { spawn } from 'node:child_process'
import { UsageError } from './command.ts'

/** Opens `file`; throws UsageError when this machine has no desktop that could. */
export async function openInBrowser(file: string): Promise<void> {
  const [program, args] = openerOf(process.platform, file)
  const child = spawn(program, args, { detached: true, stdio: 'ignore' })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', () => reject(new UsageError(`${program} cannot be started here; open ${file} yourself`)))
  })
  // The browser lives on when we end.
  child.unref()
}

function openerOf(platform: NodeJS.Platform, file: string): readonly [string, string[]] {
  if (platform === 'darwin') return ['open', [file]]
  // `start` belongs to the shell; its first quoted argument is a window title.
  if (platform === 'win32') return ['cmd', ['/c', 'start', '""', file]]
  return ['xdg-open', [file]]
}
