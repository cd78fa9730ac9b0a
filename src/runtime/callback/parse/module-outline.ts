import type { Class, ExportNamedDeclaration, Node, Program } from '@babel/types'
import type { Arity } from '../../core/plan/plan.js'
import { UNKNOWN_ARITY } from './arity.js'
import { bindings, type Value } from './bindings.js'
import { isCommonJs } from './commonjs.js'
import { describeFunction, type FunctionOutline } from './function-outline.js'
import { methodsOf, type MethodOutline } from './methods.js'

/** A value that a module exports; exported types have no outline. */
export interface ExportOutline extends Omit<FunctionOutline, 'arity'> {
  /** Line of the export, from 1. */
  line: number
  /** Undefined when the value is certainly not a function, such as a class or a string. */
  arity: Arity | undefined
  /** Public methods by name, when the value is a class. */
  methods?: Map<string, MethodOutline>
}

/** Exports of a module, as far as its source text tells them. */
export interface ModuleOutline {
  /** Exported values by name; the default export is `default`. */
  exports: Map<string, ExportOutline>
  /** Whether the module has an `export * from …`, which can add names. */
  open: boolean
  /** Specifiers of the modules in `export * from …`. */
  stars: string[]
  /** Whether it exports by `module.exports`, `exports` or `export =`. */
  isCommonJs: boolean
}

type Scope = Map<string, Value>

/** Lists a module's exports. */
export function outlineModule(program: Program): ModuleOutline {
  const { body } = program
  const scope: Scope = new Map(body.flatMap(bindings))
  const outline: ModuleOutline = {
    exports: new Map(),
    open: false,
    stars: [],
    isCommonJs: isCommonJs(program),
  }
  const add = (name: string, node: Node, value: Value | undefined): void => {
    const line = node.loc?.start.line ?? 1
    const found = resolve(value, scope)
    if (isClass(found))
      outline.exports.set(name, { line, arity: undefined, methods: allMethods(found, scope) })
    else outline.exports.set(name, { line, ...describe(found) })
  }
  for (const statement of body) {
    if (statement.type === 'ExportAllDeclaration' && statement.exportKind !== 'type') {
      outline.open = true
      outline.stars.push(statement.source.value)
    }
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

/** Exported name, its syntax node, and the local name if the value is defined in this module. */
function* specifiers(statement: ExportNamedDeclaration): Generator<[string, Node, string | undefined]> {
  for (const specifier of statement.specifiers) {
    if (specifier.type === 'ExportSpecifier' && specifier.exportKind === 'type') continue
    const { exported } = specifier
    const name = exported.type === 'Identifier' ? exported.name : exported.value
    const local = specifier.type === 'ExportSpecifier' && !statement.source ? specifier.local.name : undefined
    yield [name, specifier, local]
  }
}

/** Follows local names to the expression or declaration that they are bound to. */
function resolve(value: Value | undefined, scope: Scope, hops = 0): Value {
  if (value === undefined || value === 'unknown' || hops > 16) return 'unknown'
  switch (value.type) {
    case 'Identifier':
      return resolve(scope.get(value.name), scope, hops + 1)
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return resolve(value.expression, scope, hops + 1)
    default:
      return value
  }
}

/** Describes a value as a function: of unknown arity when it may or may not be one, of none when it is certainly not. */
function describe(value: Value): Omit<ExportOutline, 'line'> {
  if (value === 'unknown') return { arity: { ...UNKNOWN_ARITY } }
  switch (value.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return describeFunction(value)
    default:
      return { arity: NO_FUNCTIONS.has(value.type) ? undefined : { ...UNKNOWN_ARITY } }
  }
}

function isClass(value: Value): value is Class {
  return value !== 'unknown' && (value.type === 'ClassDeclaration' || value.type === 'ClassExpression')
}

/** Methods of a class, with those inherited from classes of the same module. */
function allMethods(found: Class, scope: Scope, hops = 0): Map<string, MethodOutline> {
  const parent = found.superClass ? resolve(found.superClass, scope) : 'unknown'
  const inherited = isClass(parent) && hops < 16 ? allMethods(parent, scope, hops + 1) : []
  return new Map([...inherited, ...methodsOf(found)])
}

const NO_FUNCTIONS: ReadonlySet<string> = new Set([
  'ArrayExpression',
  'BigIntLiteral',
  'BinaryExpression',
  'BooleanLiteral',
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
