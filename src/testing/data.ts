/**
 * Testing: finds the real recordings that tests read. They are not part of the repository.
 * In: a path such as `funding/BTCUSDT.csv`. Out: the file's absolute path, or a test reported as skipped with the reason.
 * The recordings stand in the folder TAPEWRIGHT_DATA names, else in `../shared/data` beside the repository.
 * With TAPEWRIGHT_REQUIRE_DATA=1 a missing recording fails its test instead of skipping it. Never published.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** The folder of the recordings, whether or not it exists. */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['TAPEWRIGHT_DATA']
  return named === undefined || named === '' ? join(repository, '..', 'shared', 'data') : resolve(named)
}

/** The absolute path of a recording, which must exist. For tests that need more files than the one `dataTest` names. */
export function recording(path: string, environment: NodeJS.ProcessEnv = process.env): string {
  const missing = whyMissing(path, environment)
  if (missing !== undefined) throw new Error(missing)
  return join(dataFolder(environment), path)
}

/** Why a recording cannot be read, with the remedy; undefined when it is there. */
export function whyMissing(path: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = dataFolder(environment)
  if (existsSync(join(folder, path))) return undefined
  return `no recording ${path} in ${folder}: set TAPEWRIGHT_DATA to the folder of the recordings`
}

/** True when a missing recording is a failure. */
export function dataRequired(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment['TAPEWRIGHT_REQUIRE_DATA'] === '1'
}

/** Declares a test that reads the recording (file or folder) at `path`; `body` gets its absolute path. */
export function dataTest(
  name: string,
  path: string,
  body: (file: string, context: TestContext) => void | Promise<void>,
): void {
  void test(name, (context) => {
    const missing = whyMissing(path)
    if (missing === undefined) return body(recording(path), context)
    if (dataRequired()) throw new Error(missing)
    context.skip(missing)
  })
}
