/** Rules for every source file: its length, its header, no unfinished marks, no switched-off tests. */
import { type Finding, isTestCode, place, type SourceFile } from './source.ts'

/** A longer file holds more than one concept. */
export const LINES_MAX = 400

/** A header shorter than this says nothing. */
const HEADER_CHARACTERS_MIN = 20

/** Marks of unfinished work, put together here so that this file does not carry them itself. */
const MARKS = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`, 'g')

/** Production and tool files above the limit of lines. */
export function checkLengths(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .map((file) => ({ file, lines: file.text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ file, lines }) => ({
      at: file.path,
      message: `${lines} lines, at most ${LINES_MAX}: give each concept a file of its own`,
    }))
}

/** Files that do not begin with a doc comment saying what they are for. */
export function checkHeaders(files: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = []
  for (const { path, text } of files.filter((file) => !file.path.endsWith('.test.ts'))) {
    const header = /^(?:#![^\n]*\n)?\s*\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]
    if (header === undefined || header.replace(/[\s*]+/g, ' ').trim().length < HEADER_CHARACTERS_MIN) {
      findings.push({
        at: path,
        message: 'begin with /** … */: what enters, what leaves, what it owns, what it refuses, how it fails',
      })
    }
  }
  return findings
}

/** Marks of unfinished work, in code and comments alike. */
export function checkMarks(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) =>
    [...file.text.matchAll(MARKS)].map((match) => ({
      at: place(file, match.index),
      message: `${match[0]}: finish it, or leave it out and say so in the documents`,
    })),
  )
}

/** Tests that are switched off, or that switch all others off. */
export function checkSwitchedOffTests(files: readonly SourceFile[]): Finding[] {
  const pattern = /\b(?:test|it|describe|suite)\s*\.\s*(?:skip|todo|only)\b/g
  return files
    .filter(({ path }) => isTestCode(path))
    .flatMap((file) =>
      [...file.code.matchAll(pattern)].map((match) => ({
        at: place(file, match.index),
        message: `${match[0]}: mend the test or delete it; a test that needs recordings is a dataTest`,
      })),
    )
}
