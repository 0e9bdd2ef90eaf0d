#!/usr/bin/env node
/**
 * Command line: prints the version and the usage.
 * In: arguments. Out: text on stdout, exit code 0; an unknown argument is refused with exit code 2.
 */
import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
const usage = `tapewright ${manifest.version}\n\nusage: tapewright [--version | --help]\n`

const [first] = process.argv.slice(2)
if (first === undefined || first === '--help') process.stdout.write(usage)
else if (first === '--version') process.stdout.write(`${manifest.version}\n`)
else {
  process.stderr.write(`tapewright: unknown argument ${first}\n\n${usage}`)
  process.exitCode = 2
}
