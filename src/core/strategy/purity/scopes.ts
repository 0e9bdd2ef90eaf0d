/**
 * Which declaration a name means. Only what the purity check asks: is a name declared at all, and if so, by the module
 * itself (shared by all calls) or inside a function.
 */
import { child, children, field, isFunction, list, nameOf, type SyntaxNode } from './syntax.ts'

/** How a name came to be: `module` is declared at the top of the file, `import` comes from another one. */
export type Origin = 'module' | 'import' | 'local'

export interface Scope {
  readonly parent: Scope | undefined
  readonly names: Map<string, Origin>
  /** Initial values of names declared with one, for `module` names. */
  readonly values: Map<string, SyntaxNode>
}

/** Where a name was declared, or undefined if nowhere in the file: then it is a global. */
export function originOf(scope: Scope, name: string): Origin | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const origin = at.names.get(name)
    if (origin !== undefined) return origin
  }
  return undefined
}

/** The scope inside `node`, with everything declared in it; `scope` itself for nodes that open none. */
export function scopeInside(node: SyntaxNode, scope: Scope | undefined): Scope | undefined {
  if (node.type === 'Program') {
    const inner = emptyScope(undefined)
    declareStatements(inner, list(node, 'body'), 'module')
    declareHoisted(inner, node, 'module')
    return inner
  }
  if (scope === undefined) return undefined
  if (isFunction(node)) {
    const inner = emptyScope(scope)
    inner.names.set('arguments', 'local')
    if (node.type === 'FunctionExpression') declare(inner, child(node, 'id'), 'local')
    for (const parameter of list(node, 'params')) declare(inner, parameter, 'local')
    const body = child(node, 'body')
    if (body !== undefined) declareHoisted(inner, body, 'local')
    return inner
  }
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      return withStatements(scope, list(node, 'body'))
    case 'SwitchStatement':
      return withStatements(
        scope,
        list(node, 'cases').flatMap((one) => list(one, 'consequent')),
      )
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement': {
      const head = child(node, node.type === 'ForStatement' ? 'init' : 'left')
      return withStatements(scope, head === undefined ? [] : [head])
    }
    case 'CatchClause': {
      const inner = emptyScope(scope)
      declare(inner, child(node, 'param'), 'local')
      return inner
    }
    case 'ClassDeclaration':
    case 'ClassExpression': {
      const inner = emptyScope(scope)
      declare(inner, child(node, 'id'), 'local')
      return inner
    }
    default:
      return scope
  }
}

function emptyScope(parent: Scope | undefined): Scope {
  return { parent, names: new Map(), values: new Map() }
}

function withStatements(parent: Scope, statements: readonly SyntaxNode[]): Scope {
  const inner = emptyScope(parent)
  declareStatements(inner, statements, 'local')
  return inner
}

/** Declares what the statements of one block declare directly. */
function declareStatements(scope: Scope, statements: readonly SyntaxNode[], origin: Origin): void {
  for (const statement of statements) {
    switch (statement.type) {
      case 'ImportDeclaration':
        for (const specifier of list(statement, 'specifiers')) declare(scope, child(specifier, 'local'), 'import')
        break
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration': {
        const declaration = child(statement, 'declaration')
        if (declaration !== undefined) declareStatements(scope, [declaration], origin)
        break
      }
      case 'VariableDeclaration':
        declareVariables(scope, statement, origin)
        break
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        declare(scope, child(statement, 'id'), origin)
        break
      default:
    }
  }
}

function declareVariables(scope: Scope, statement: SyntaxNode, origin: Origin): void {
  for (const declarator of list(statement, 'declarations')) {
    const target = child(declarator, 'id')
    declare(scope, target, origin)
    const name = nameOf(target)
    const value = child(declarator, 'init')
    if (name !== undefined && value !== undefined) scope.values.set(name, value)
  }
}

/** Declares every `var` below `node` that is not inside another function. */
function declareHoisted(scope: Scope, node: SyntaxNode, origin: Origin): void {
  if (node.type === 'VariableDeclaration' && field(node, 'kind') === 'var') declareVariables(scope, node, origin)
  for (const inner of children(node)) if (!isFunction(inner)) declareHoisted(scope, inner, origin)
}

/** Declares the names of a binding: an identifier, or a pattern that takes something apart. */
function declare(scope: Scope, target: SyntaxNode | undefined, origin: Origin): void {
  if (target === undefined) return
  switch (target.type) {
    case 'Identifier': {
      const name = nameOf(target)
      if (name !== undefined) scope.names.set(name, origin)
      break
    }
    case 'ObjectPattern':
      for (const property of list(target, 'properties')) declare(scope, child(property, 'value') ?? property, origin)
      break
    case 'ArrayPattern':
      for (const element of list(target, 'elements')) declare(scope, element, origin)
      break
    case 'AssignmentPattern':
      declare(scope, child(target, 'left'), origin)
      break
    case 'RestElement':
      declare(scope, child(target, 'argument'), origin)
      break
    default:
  }
}
