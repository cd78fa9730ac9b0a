import type { ExportNamedDeclaration, Node } from '@babel/types'
import type { Arity } from '../core/plan.js'
import { arityOf, UNKNOWN_ARITY } from './arity.js'
import { parseModule } from './babel.js'
import { bindings, type Value } from './bindings.js'

/** A value that a module exports. Types are left out. */
export interface ExportOutline {
  /** From 1. */
  line: number
  /** Undefined for what is surely no function, such as a class or a string. */
  arity: Arity | undefined
}

/** What a parser can tell of a module. */
export interface ModuleOutline {
  /** By exported name; `default` for the default export. */
  exports: Map<string, ExportOutline>
  /** True with `export * from …`, which may add names. */
  open: boolean
}

type Scope = Map<string, Value>

/** @throws SyntaxError of Babel, with `loc` */
export function outlineModule(text: string, typescript: boolean): ModuleOutline {
  const { body } = parseModule(text, typescript).program
  const scope: Scope = new Map(body.flatMap(bindings))
  const outline: ModuleOutline = { exports: new Map(), open: false }
  const add = (name: string, node: Node, value: Value | undefined): void => {
    outline.exports.set(name, { line: node.loc?.start.line ?? 1, arity: arityOfValue(value, scope) })
  }
  for (const statement of body) {
    if (statement.type === 'ExportAllDeclaration') outline.open = true
    if (statement.type === 'ExportDefaultDeclaration' && statement.declaration.type !== 'TSDeclareFunction') {
      add('default', statement, statement.declaration)
    }
    if (statement.type !== 'ExportNamedDeclaration' || statement.exportKind === 'type') continue
    for (const [name, value] of statement.declaration ? bindings(statement.declaration) : []) {
      add(name, statement, value)
    }
    for (const [name, node, local] of specifiers(statement))
      add(name, node, local === undefined ? local : scope.get(local))
  }
  return outline
}

/** Exported name, where, and the local name if it is one of this module's. */
function* specifiers(statement: ExportNamedDeclaration): Generator<[string, Node, string | undefined]> {
  for (const specifier of statement.specifiers) {
    if (specifier.type === 'ExportSpecifier' && specifier.exportKind === 'type') continue
    const { exported } = specifier
    const name = exported.type === 'Identifier' ? exported.name : exported.value
    const local = specifier.type === 'ExportSpecifier' && !statement.source ? specifier.local.name : undefined
    yield [name, specifier, local]
  }
}

/** Follows local names; what is neither a function nor surely something else could be a function of any arity. */
function arityOfValue(value: Value | undefined, scope: Scope, hops = 0): Arity | undefined {
  if (value === undefined || value === 'unknown' || hops > 16) return { ...UNKNOWN_ARITY }
  switch (value.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return arityOf(value)
    case 'Identifier':
      return arityOfValue(scope.get(value.name), scope, hops + 1)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return arityOfValue(value.expression, scope, hops + 1)
    default:
      return NO_FUNCTIONS.has(value.type) ? undefined : { ...UNKNOWN_ARITY }
  }
}

const NO_FUNCTIONS: ReadonlySet<string> = new Set([
  'ArrayExpression',
  'BigIntLiteral',
  'BinaryExpression',
  'BooleanLiteral',
  'ClassDeclaration',
  'ClassExpression',
  'NewExpression',
  'NullLiteral',
  'NumericLiteral',
  'ObjectExpression',
  'RegExpLiteral',
  'StringLiteral',
  'TemplateLiteral',
  'TSEnumDeclaration',
  'TSInterfaceDeclaration',
  'UnaryExpression',
  'UpdateExpression',
])
