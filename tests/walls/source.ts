/**
 * Source text for the checkers: the files of the repository, and their code without comments and strings.
 * Owns one small scanner of TypeScript's surface (comments, strings, templates, regular expressions). Positions are kept:
 * what is blanked becomes spaces, so that an offset in `code` is the same place in `text`.
 */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One source file. `path` is relative to the repository, with forward slashes. */
export type SourceFile = { readonly path: string; readonly text: string; readonly code: string }

/** One broken rule: where, and what to do instead. */
export type Finding = { readonly at: string; readonly message: string }

/** The repository's root folder. */
export const repository: string = fileURLToPath(new URL('../..', import.meta.url))

const IGNORED = ['node_modules', 'dist', 'data', 'runs', 'coverage', '.git']

/** A source file from its text. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, code: codeOnly(text) }
}

/** Every file that matches one of the glob patterns, sorted by path. */
export function readSources(patterns: readonly string[]): SourceFile[] {
  return listFiles(patterns).map((path) => sourceFile(path, readText(path)))
}

/** Paths that match one of the patterns, outside generated and ignored folders. */
export function listFiles(patterns: readonly string[]): string[] {
  const ignored = (path: string): boolean => IGNORED.includes(path.replaceAll('\\', '/').split('/')[0] ?? '')
  const paths = globSync([...patterns], { cwd: repository, exclude: (path) => path.includes('node_modules') })
  return paths
    .filter((path) => !ignored(path))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}

/** The text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(`${repository}/${path}`, 'utf8')
}

/** `path:line` of an offset. */
export function place(file: SourceFile, offset: number): string {
  return `${file.path}:${file.text.slice(0, offset).split('\n').length}`
}

/** True for files that only tests use: test files, the testing module, and everything outside src/. */
export function isTestCode(path: string): boolean {
  return !path.startsWith('src/') || path.startsWith('src/testing/') || path.endsWith('.test.ts')
}

/** All findings in one text, for an assertion that shows every one of them. */
export function show(findings: readonly Finding[]): string {
  return findings.map((finding) => `${finding.at}: ${finding.message}`).join('\n')
}

/** `text` with the insides of comments, strings, templates and regular expressions blanked; quotes and line ends stay. */
export function codeOnly(text: string): string {
  const out: string[] = []
  const braces: number[] = [] // depth of braces inside each open `${`
  let offset = 0
  let lastCode = '' // the last visible code character, which tells division from a regular expression
  const copy = (count: number): void => {
    const piece = text.slice(offset, offset + count)
    out.push(piece)
    offset += count
    if (piece.trim() !== '') lastCode = piece.trim().slice(-1)
  }
  const blank = (end: number): void => {
    out.push(text.slice(offset, end).replace(/[^\n]/g, ' '))
    offset = end
  }
  /** Blanks a template's text up to its end or to the next `${`. */
  const template = (): void => {
    let end = offset
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1
    blank(Math.min(end, text.length))
    if (text.startsWith('${', offset)) {
      copy(2)
      braces.push(0)
    } else copy(1)
  }
  while (offset < text.length) {
    const character = text[offset] as string
    if (text.startsWith('//', offset)) blank(endOf(text, '\n', offset))
    else if (text.startsWith('/*', offset)) blank(Math.min(endOf(text, '*/', offset + 2) + 2, text.length))
    else if (character === "'" || character === '"') {
      const end = closing(text, offset + 1, character)
      copy(1)
      blank(end)
      copy(1)
    } else if (character === '`') {
      copy(1)
      template()
    } else if (character === '/' && startsExpression(out, lastCode)) {
      const end = closingSlash(text, offset + 1)
      copy(1)
      blank(end)
      copy(1)
    } else if (character === '}' && braces.at(-1) === 0) {
      braces.pop()
      copy(1)
      template()
    } else {
      if (character === '{' && braces.length > 0) braces.push((braces.pop() ?? 0) + 1)
      if (character === '}' && braces.length > 0) braces.push((braces.pop() ?? 0) - 1)
      copy(1)
    }
  }
  return out.join('')
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from)
  return end === -1 ? text.length : end
}

function closing(text: string, from: number, quote: string): number {
  let end = from
  while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1
  return Math.min(end, text.length)
}

function closingSlash(text: string, from: number): number {
  let end = from
  let inClass = false
  while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
    if (text[end] === '[') inClass = true
    if (text[end] === ']') inClass = false
    end += text[end] === '\\' ? 2 : 1
  }
  return Math.min(end, text.length)
}

/** After a value a slash divides; after an operator, an opening bracket or a keyword it opens a regular expression. */
function startsExpression(out: readonly string[], lastCode: string): boolean {
  if (!/[\w$)\]}'"`]/.test(lastCode)) return true
  const tail = out.slice(-12).join('').trimEnd()
  return /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|yield|await)$/.test(tail)
}
