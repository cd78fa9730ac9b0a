import type { Node, Program } from '@babel/types'

/** Whether a module gives its exports in a way of CommonJS, which nothing can list without running it. */
export function isCommonJs({ body }: Program): boolean {
  return body.some((statement) => {
    if (statement.type === 'TSExportAssignment') return true
    if (statement.type !== 'ExpressionStatement') return false
    let { expression } = statement
    while (expression.type === 'AssignmentExpression') {
      if (isExports(expression.left)) return true
      expression = expression.right
    }
    return false
  })
}

/** `exports`, `module.exports`, or a property of one of them. */
function isExports(node: Node): boolean {
  if (node.type === 'Identifier') return node.name === 'exports'
  if (node.type !== 'MemberExpression') return false
  const { object, property } = node
  const isModuleExports =
    object.type === 'Identifier' &&
    object.name === 'module' &&
    property.type === 'Identifier' &&
    property.name === 'exports'
  return isModuleExports || isExports(object)
}
