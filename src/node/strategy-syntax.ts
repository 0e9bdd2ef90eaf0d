/**
 * Turns the text of a strategy file into JavaScript and its syntax tree: types are blanked out by Node itself, so that
 * every line and column stays where its author put it.
 * Fails with the line, column and words of the first mistake.
 */
import { stripTypeScriptTypes } from 'node:module'
import { parse } from 'acorn'
import { placeIn } from '../core/strategy/purity/purity.ts'
import type { SyntaxNode } from '../core/strategy/purity/syntax.ts'

/** A file that could be read as code. */
export interface ParsedSource {
  readonly code: string
  readonly program: SyntaxNode
}

/** A file that could not; line and column count from 1 and are 0 where they are not known. */
export interface SourceMistake {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Strips (`typescript` only) and parses. */
export function parseSource(text: string, typescript: boolean): ParsedSource | SourceMistake {
  let code = text
  if (typescript) {
    try {
      code = withoutWarning(() => stripTypeScriptTypes(text))
    } catch (error) {
      return mistakeOfStripping(error)
    }
  }
  try {
    return { code, program: parse(code, { ecmaVersion: 'latest', sourceType: 'module' }) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const offset = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0
    return { ...placeIn(code, offset), message: error.message.replace(/ \(\d+:\d+\)$/, '') }
  }
}

/** Node tells the place in the first lines of the stack: `:LINE`, some source lines, and carets below the mistake. */
function mistakeOfStripping(error: unknown): SourceMistake {
  if (!(error instanceof SyntaxError)) throw error
  const [head = '', ...rest] = (error.stack ?? '').split('\n')
  const line = Number(/:(\d+)$/.exec(head)?.[1] ?? 0)
  const carets = rest.find((one) => /^\s*\^+\s*$/.test(one)) ?? ''
  return { line, column: carets.indexOf('^') + 1, message: error.message }
}

/**
 * Node calls the function experimental on its first use, though it is what runs every .ts file; the remark would stand
 * in front of each command's output.
 */
function withoutWarning<T>(work: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return work()
  } finally {
    process.emitWarning = emitWarning
  }
}
