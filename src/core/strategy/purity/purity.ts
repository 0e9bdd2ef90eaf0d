/**
 * Purity: finds what would make a strategy decide differently when it is run again on the same tape.
 *
 * In: the syntax tree and text of one source file (types already removed, offsets kept). Out: findings with line, column,
 * reason and remedy, and the modules the file imports. It reads names by scope: a parameter called `fetch` is no finding.
 * It is made against mistakes; what is hidden from it on purpose meets the guard at run time.
 */
import {
  ASYNC,
  CHANGING_METHODS,
  DYNAMIC_IMPORT,
  GLOBALS,
  IMPORT_META,
  LANGUAGE_CHANGE,
  MATH_RANDOM,
  MEMBERS,
  MODULE_STATE,
  NODE_MODULE,
  PACKAGE,
  PURE_GLOBALS,
  SHARED_CHANGE,
  UNKNOWN_NAME,
  type Rule,
} from './rules.ts'
import { originOf, scopeInside, type Scope } from './scopes.ts'
import { child, children, field, isFunction, list, nameOf, propertyOf, word, type SyntaxNode } from './syntax.ts'

/** One thing that a strategy may not do. Lines and columns count from 1. */
export interface Finding extends Rule {
  readonly line: number
  readonly column: number
  readonly what: string
}

/** A module that a file imports or re-exports from. */
export interface Import {
  readonly specifier: string
  readonly line: number
  readonly column: number
}

/** The package a strategy may import; its code is part of the build, not of the strategy. */
export const OWN_PACKAGE = 'tapewright'

/** `line:column: what: why; instead` */
export function formatFinding({ line, column, what, why, instead }: Finding): string {
  return `${line}:${column}: ${what}: ${why}; ${instead}`
}

/** Everything in a program that a strategy may not do, in the order of the text. */
export function findImpurities(program: SyntaxNode, text: string): readonly Finding[] {
  const lines = lineStarts(text)
  const found: (Finding & { readonly offset: number })[] = []
  const report = (node: SyntaxNode, what: string, rule: Rule): void => {
    found.push({ offset: node.start, ...placeOf(lines, node.start), what, ...rule })
  }
  visit(program, undefined, false, report)
  return found
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ line, column, what, why, instead }) => ({ line, column, what, why, instead }))
}

/** The modules that a program imports. */
export function importsOf(program: SyntaxNode, text: string): readonly Import[] {
  const lines = lineStarts(text)
  return list(program, 'body').flatMap((statement) => {
    const source = sourceOf(statement)
    const specifier = word(source, 'value')
    return source === undefined || specifier === undefined ? [] : [{ specifier, ...placeOf(lines, source.start) }]
  })
}

/** Line and column of an offset, from 1. */
export function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  return placeOf(lineStarts(text), offset)
}

type Report = (node: SyntaxNode, what: string, rule: Rule) => void

function visit(node: SyntaxNode, outer: Scope | undefined, inFunction: boolean, report: Report): void {
  const scope = scopeInside(node, outer)
  if (scope === undefined) return
  checkNode(node, scope, inFunction, report)
  const inside = inFunction || isFunction(node)
  for (const part of referenceParts(node)) visit(part, scope, inside, report)
}

function checkNode(node: SyntaxNode, scope: Scope, inFunction: boolean, report: Report): void {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      checkSource(node, report)
      return
    case 'Identifier':
      checkName(node, scope, report)
      return
    case 'MemberExpression':
      checkMember(node, scope, report)
      return
    case 'VariableDeclaration':
      checkVariables(node, scope, inFunction, report)
      return
    case 'AssignmentExpression':
      checkChange(child(node, 'left'), scope, inFunction, report)
      return
    case 'UpdateExpression':
      checkChange(child(node, 'argument'), scope, inFunction, report)
      return
    case 'UnaryExpression':
      if (field(node, 'operator') === 'delete') checkChange(child(node, 'argument'), scope, inFunction, report)
      return
    case 'CallExpression':
      if (inFunction) checkCall(node, scope, report)
      return
    case 'ImportExpression':
      report(node, 'import()', DYNAMIC_IMPORT)
      return
    case 'MetaProperty':
      if (nameOf(child(node, 'meta')) === 'import') report(node, 'import.meta', IMPORT_META)
      return
    case 'AwaitExpression':
      report(node, 'await', ASYNC)
      return
    default:
      if (isFunction(node) && field(node, 'async') === true) report(node, 'async function', ASYNC)
  }
}

function checkSource(node: SyntaxNode, report: Report): void {
  const source = sourceOf(node)
  const specifier = word(source, 'value')
  if (source === undefined || specifier === undefined) return
  if (/^\.{0,2}\//.test(specifier) || specifier === OWN_PACKAGE) return
  report(source, `import of '${specifier}'`, specifier.startsWith('node:') ? NODE_MODULE : PACKAGE)
}

function checkName(node: SyntaxNode, scope: Scope, report: Report): void {
  const name = nameOf(node) ?? ''
  if (originOf(scope, name) !== undefined || PURE_GLOBALS.has(name)) return
  report(node, name, GLOBALS.get(name) ?? UNKNOWN_NAME)
}

function checkMember(node: SyntaxNode, scope: Scope, report: Report): void {
  const property = propertyOf(node)
  if (property === undefined) return
  if (property === 'random' && isGlobal(child(node, 'object'), 'Math', scope)) report(node, 'Math.random', MATH_RANDOM)
  const rule = MEMBERS.get(property)
  if (rule !== undefined) report(child(node, 'property') ?? node, property, rule)
}

/** Refuses `let` and `var` at the top of a file, and taking `random` out of Math. */
function checkVariables(node: SyntaxNode, scope: Scope, inFunction: boolean, report: Report): void {
  const kind = word(node, 'kind')
  const shared = kind === 'var' ? !inFunction : kind === 'let' && scope.parent === undefined
  for (const declarator of list(node, 'declarations')) {
    const target = child(declarator, 'id')
    if (shared) report(node, `${kind} ${nameOf(target) ?? '…'} outside the handlers`, MODULE_STATE)
    if (target?.type !== 'ObjectPattern' || !isGlobal(child(declarator, 'init'), 'Math', scope)) continue
    for (const property of list(target, 'properties'))
      if (nameOf(child(property, 'key')) === 'random') report(property, 'Math.random', MATH_RANDOM)
  }
}

/** Refuses writing into something that was not made during the call. */
function checkChange(target: SyntaxNode | undefined, scope: Scope, inFunction: boolean, report: Report): void {
  if (target?.type !== 'MemberExpression') return
  const root = rootOf(target)
  const name = nameOf(root)
  if (root === undefined || name === undefined) return
  const origin = originOf(scope, name)
  if (origin === undefined && PURE_GLOBALS.has(name)) report(target, `change of ${name}`, LANGUAGE_CHANGE)
  else if (inFunction && (origin === 'module' || origin === 'import'))
    report(target, `change of ${name}`, SHARED_CHANGE)
}

/** Refuses `table.push(…)` and the like on arrays, maps and sets that are declared outside the handlers. */
function checkCall(node: SyntaxNode, scope: Scope, report: Report): void {
  const callee = child(node, 'callee')
  if (callee?.type !== 'MemberExpression') return
  const method = propertyOf(callee)
  const name = nameOf(rootOf(callee))
  if (method === undefined || name === undefined || !CHANGING_METHODS.has(method)) return
  if (originOf(scope, name) !== 'module') return
  const value = moduleValue(scope, name)
  if (value?.type === 'ArrayExpression' || value?.type === 'NewExpression' || value?.type === 'ObjectExpression')
    report(node, `change of ${name}`, SHARED_CHANGE)
}

/** The object that a chain of members begins with: `a` in `a.b[0].c`. */
function rootOf(node: SyntaxNode): SyntaxNode | undefined {
  let at: SyntaxNode | undefined = node
  while (at?.type === 'MemberExpression') at = child(at, 'object')
  return at
}

function isGlobal(node: SyntaxNode | undefined, name: string, scope: Scope): boolean {
  return nameOf(node) === name && originOf(scope, name) === undefined
}

function moduleValue(scope: Scope, name: string): SyntaxNode | undefined {
  let at = scope
  while (at.parent !== undefined) at = at.parent
  return at.values.get(name)
}

function sourceOf(node: SyntaxNode): SyntaxNode | undefined {
  const takes =
    node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration' || node.type === 'ExportNamedDeclaration'
  return takes ? child(node, 'source') : undefined
}

/** The children of a node in which an identifier is the use of a name, not a label, a key or a specifier. */
function referenceParts(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'MetaProperty':
    case 'BreakStatement':
    case 'ContinueStatement':
      return []
    case 'ExportNamedDeclaration':
      if (sourceOf(node) !== undefined) return []
      return children(node)
    case 'ExportSpecifier':
      return present(child(node, 'local'))
    case 'LabeledStatement':
      return present(child(node, 'body'))
    case 'MemberExpression':
      return field(node, 'computed') === true ? children(node) : present(child(node, 'object'))
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return field(node, 'computed') === true ? children(node) : present(child(node, 'value'))
    default:
      return children(node)
  }
}

function present(node: SyntaxNode | undefined): readonly SyntaxNode[] {
  return node === undefined ? [] : [node]
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function placeOf(starts: readonly number[], offset: number): { readonly line: number; readonly column: number } {
  let line = starts.length
  while (line > 1 && (starts[line - 1] ?? 0) > offset) line--
  return { line, column: offset - (starts[line - 1] ?? 0) + 1 }
}
