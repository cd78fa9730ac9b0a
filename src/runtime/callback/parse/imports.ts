import type { File, Node } from '@babel/types'

/** Specifiers of the modules that a module imports at run time: by `import` or `export … from`, `import()` or `require()`. */
export function importsOf(file: File): string[] {
  return [...new Set(walk(file.program))]
}

function* walk(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const each of value) yield* walk(each)
  if (!isNode(value)) return
  const source = sourceOf(value)
  if (source?.type === 'StringLiteral') yield source.value
  for (const each of Object.values(value)) if (typeof each === 'object') yield* walk(each)
}

function sourceOf(node: Node): Node | null | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind === 'type' ? undefined : node.source
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.exportKind === 'type' ? undefined : node.source
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

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}
