import type { Declaration, Node, Statement } from '@babel/types'

/** The expression or declaration that a name is bound to; `unknown` when the name is destructured or can be reassigned. */
export type Value = Node | 'unknown'

/** The top-level names that a statement binds to values; types are left out. */
export function bindings(statement: Statement | Declaration): [string, Value][] {
  switch (statement.type) {
    case 'ExportNamedDeclaration':
      return statement.declaration ? bindings(statement.declaration) : []
    case 'ExportDefaultDeclaration': {
      const { declaration } = statement
      return declaration.type === 'FunctionDeclaration' && declaration.id
        ? [[declaration.id.name, declaration]]
        : []
    }
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
      return statement.id && !statement.declare ? [[statement.id.name, statement]] : []
    case 'VariableDeclaration':
      if (statement.declare) return []
      return statement.declarations.flatMap(({ id, init }): [string, Value][] =>
        id.type === 'Identifier'
          ? [[id.name, statement.kind === 'const' && init ? init : 'unknown']]
          : patternNames(id).map((name) => [name, 'unknown']),
      )
    default:
      return []
  }
}

function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((each) =>
        patternNames(each.type === 'RestElement' ? each.argument : each.value),
      )
    case 'ArrayPattern':
      return pattern.elements.flatMap((each) => (each ? patternNames(each) : []))
    case 'AssignmentPattern':
      return patternNames(pattern.left)
    case 'RestElement':
      return patternNames(pattern.argument)
    default:
      return []
  }
}
