import type { ArrowFunctionExpression, ClassMethod, ClassPrivateMethod } from '@babel/types'
import type { FunctionDeclaration, FunctionExpression, Node } from '@babel/types'
import type { Arity } from '../../core/plan/plan.js'
import { parseExpression } from './babel.js'

/** Syntax nodes with a parameter list. */
export type FunctionNode =
  FunctionDeclaration | FunctionExpression | ArrowFunctionExpression | ClassMethod | ClassPrivateMethod

/** Arity of a function whose source text does not tell it; any number of arguments is accepted. */
export const UNKNOWN_ARITY: Arity = { min: null, max: null }

/** Arity by the parameter list. Parameters with a default or `?` and rest parameters are optional; TypeScript's `this` does not count. */
export function arityOf(fn: FunctionNode): Arity {
  if (usesArguments(fn.body)) return { ...UNKNOWN_ARITY }
  const params = fn.params.filter((param) => !(param.type === 'Identifier' && param.name === 'this'))
  return {
    min: params.findLastIndex(isRequired) + 1,
    max: params.some((param) => param.type === 'RestElement') ? null : params.length,
  }
}

/** Arity by a function's text (`fn.toString()`); unknown for native and bound functions and for classes. */
export function arityOfSource(text: string): Arity {
  const fn = parseFunction(text)
  return fn === undefined ? { ...UNKNOWN_ARITY } : arityOf(fn)
}

/** Parses a function's text. That of a method is valid inside a class only, that of any other function only outside. */
function parseFunction(text: string): FunctionNode | undefined {
  for (const wrapped of [`(${text})`, `(class { ${text} })`]) {
    let node: Node
    try {
      node = parseExpression(wrapped)
    } catch {
      continue
    }
    if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') return node
    const member = node.type === 'ClassExpression' && !node.id ? node.body.body[0] : undefined
    if (member?.type === 'ClassMethod' && member.kind === 'method') return member
    if (member?.type === 'ClassPrivateMethod') return member
  }
  return undefined
}

function isRequired(param: FunctionNode['params'][number]): boolean {
  if (param.type === 'AssignmentPattern' || param.type === 'RestElement') return false
  return !('optional' in param && param.optional)
}

/** Whether the function reads its `arguments`. Inner arrow functions share them; other inner functions have their own. */
function usesArguments(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(usesArguments)
  if (!isNode(node)) return false
  switch (node.type) {
    case 'Identifier':
      return node.name === 'arguments'
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ObjectMethod':
    case 'ClassBody':
      return false
    case 'MemberExpression':
      return usesArguments(node.object) || (node.computed && usesArguments(node.property))
    case 'ObjectProperty':
      return usesArguments(node.value) || (node.computed && usesArguments(node.key))
    default:
      return Object.values(node).some(usesArguments)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}
