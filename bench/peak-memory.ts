/** Loaded in front of a program (`node --import`): when it ends, its peak resident size in bytes is written to descriptor 3. */
import { readFileSync, writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) process.on('exit', () => void writeSync(3, String(peakBytes())))

/** What the kernel noted for this program alone: what getrusage tells counts the process that started it too. */
function peakBytes(): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (found !== null) return Number(found[1]) * 1024
  } catch {
    // Other systems have no such file.
  }
  return process.resourceUsage().maxRSS * 1024
}
