/**
 * The syntax tree that the purity check walks: ESTree, as every JavaScript parser gives it. The parser itself stays
 * outside, because this is code without packages; fields are read through guards, so that a tree of a newer parser is
 * walked too.
 */

/** A node of an ESTree program. `start` and `end` are offsets into the text it was parsed from. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** Thrown by a parser for text that is not JavaScript; `pos` is an offset into the text. */
export interface SyntaxProblem {
  readonly message: string
  readonly pos: number
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** The field of a node, whatever it holds. */
export function field(node: SyntaxNode, name: string): unknown {
  return (node as unknown as Readonly<Record<string, unknown>>)[name]
}

/** The field of a node if it holds a node. */
export function child(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const value = field(node, name)
  return isNode(value) ? value : undefined
}

/** The nodes of a field that holds a list; holes are left out. */
export function list(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const value = field(node, name)
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The text of a field, such as an identifier's name or an operator. */
export function word(node: SyntaxNode | undefined, name: string): string | undefined {
  const value = node === undefined ? undefined : field(node, name)
  return typeof value === 'string' ? value : undefined
}

/** The name of an identifier; undefined for every other node. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  return node?.type === 'Identifier' ? word(node, 'name') : undefined
}

/** The property that a member expression names, if it can be told: `a.b` and `a['b']`. */
export function propertyOf(node: SyntaxNode): string | undefined {
  const property = child(node, 'property')
  if (property === undefined) return undefined
  return field(node, 'computed') === true ? word(property, 'value') : nameOf(property)
}

/** Every child of a node, in the order of its fields. */
export function children(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (const name of Object.keys(node)) {
    const value = field(node, name)
    if (isNode(value)) found.push(value)
    else if (Array.isArray(value)) found.push(...value.filter(isNode))
  }
  return found
}

export function isFunction(node: SyntaxNode): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  )
}
