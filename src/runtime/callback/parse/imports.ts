import type { ExportNamedDeclaration, File, ImportDeclaration, Node, Statement } from '@babel/types'
import { isNode, nodesOf } from './nodes.js'

/** An import of a module at run time. */
export interface ImportOutline {
  specifier: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Whether the module cannot run without it; an `import()` may be caught, or never reached. */
  isNeeded: boolean
}

/**
 * Lists the modules that a module imports at run time: by `import` or `export … from`, `import()` or `require()`. Of
 * TypeScript the compiler leaves out an import whose names are used as types only, so it is left out here, too.
 */
export function importsOf({ program }: File, typescript: boolean): ImportOutline[] {
  const found = new Map<string, ImportOutline>()
  let values: Set<string> | undefined
  for (const node of nodesOf(program)) {
    const source = sourceOf(node)
    if (source?.type !== 'StringLiteral') continue
    const isTyped = typescript && node.type === 'ImportDeclaration'
    if (isTyped && !isValue(node, () => (values ??= valueNames(program.body)))) continue
    const isNeeded = NEEDED.has(node.type)
    const known = found.get(source.value)
    if (known && (known.isNeeded || !isNeeded)) continue
    const { line = 1, column = 0 } = source.loc?.start ?? {}
    found.set(source.value, { specifier: source.value, line, column: column + 1, isNeeded })
  }
  return [...found.values()]
}

const NEEDED: ReadonlySet<string> = new Set<Node['type']>([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
])

function sourceOf(node: Node): Node | null | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind === 'type' ? undefined : node.source
    case 'ExportNamedDeclaration':
      return node.exportKind === 'type' || areTypes(node) ? undefined : node.source
    case 'ExportAllDeclaration':
      return node.exportKind === 'type' ? undefined : node.source
    case 'TSExternalModuleReference':
      return node.expression
    case 'ImportExpression':
      return node.source
    case 'CallExpression': {
      const { callee } = node
      const loads = callee.type === 'Import' || (callee.type === 'Identifier' && callee.name === 'require')
      return loads ? node.arguments[0] : undefined
    }
    default:
      return undefined
  }
}

function areTypes({ specifiers }: ExportNamedDeclaration): boolean {
  return (
    specifiers.length > 0 &&
    specifiers.every((each) => each.type === 'ExportSpecifier' && each.exportKind === 'type')
  )
}

function isValue({ specifiers }: ImportDeclaration, values: () => ReadonlySet<string>): boolean {
  return (
    specifiers.length === 0 ||
    specifiers.some(
      (each) =>
        !(each.type === 'ImportSpecifier' && each.importKind === 'type') && values().has(each.local.name),
    )
  )
}

/** Names in statements other than imports, without those in types. */
function valueNames(body: Statement[]): Set<string> {
  const names = new Set<string>()
  for (const statement of body) {
    if (statement.type !== 'ImportDeclaration') collectNames(statement, names)
  }
  return names
}

function collectNames(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) collectNames(each, names)
  if (!isNode(value) || TYPES.test(value.type)) return
  if (value.type === 'Identifier') names.add(value.name)
  const isComputed = 'computed' in value ? value.computed : true
  for (const [key, each] of Object.entries(value)) {
    // The name of a property is no variable.
    if (!isComputed && (key === 'key' || key === 'property')) continue
    if (typeof each === 'object') collectNames(each, names)
  }
}

/** Syntax that the compiler leaves out with all names in it. */
const TYPES =
  /^TS(?:Type(?!Assertion)|InterfaceDeclaration$|ClassImplements$|ExpressionWithTypeArguments$|.*(?:Type|Keyword)$)/
