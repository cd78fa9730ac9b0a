import type { Node, TSType } from '@babel/types'
import type { FunctionNode } from './arity.js'
import { isNode } from './nodes.js'

/** Whether a function certainly returns nothing: its type says so or, where it has none, its body. */
export function returnsNothing(fn: FunctionNode): boolean {
  if (fn.generator) return false
  const { returnType } = fn
  if (returnType?.type === 'TSTypeAnnotation') return isNoType(returnType.typeAnnotation)
  return fn.body.type === 'BlockStatement' ? !returnsValue(fn.body) : isNothing(fn.body)
}

/** Whether a type has no value but `undefined`, also by way of a promise. */
function isNoType(type: TSType): boolean {
  if (type.type === 'TSVoidKeyword' || type.type === 'TSUndefinedKeyword' || type.type === 'TSNeverKeyword')
    return true
  if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return false
  const [of, ...others] = type.typeParameters?.params ?? []
  return type.typeName.name === 'Promise' && of !== undefined && others.length === 0 && isNoType(of)
}

/** Whether a statement of a function's body may return a value; what functions in it return is theirs. */
function returnsValue(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(returnsValue)
  if (!isNode(node)) return false
  switch (node.type) {
    case 'ReturnStatement':
      return node.argument ? !isNothing(node.argument) : false
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ObjectMethod':
    case 'ClassBody':
      return false
    default:
      return Object.values(node).some(returnsValue)
  }
}

function isNothing(value: Node): boolean {
  return (
    (value.type === 'Identifier' && value.name === 'undefined') ||
    (value.type === 'UnaryExpression' && value.operator === 'void')
  )
}
