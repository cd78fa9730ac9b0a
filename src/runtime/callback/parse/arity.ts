import type { ArrowFunctionExpression, ClassMethod, ClassPrivateMethod } from '@babel/types'
import type { FunctionDeclaration, FunctionExpression, Node } from '@babel/types'
import type { Arity } from '../../core/plan.js'
import { parseExpression } from './babel.js'

export type FunctionNode =
  FunctionDeclaration | FunctionExpression | ArrowFunctionExpression | ClassMethod | ClassPrivateMethod

/** What a parser can't tell is unchecked. */
export const UNKNOWN_ARITY: Arity = { min: null, max: null }

/** From the parameter list: defaults, `?` and rest parameters are optional; TypeScript's `this` is none. */
export function arityOf(fn: FunctionNode): Arity {
  if (usesArguments(fn.body)) return { ...UNKNOWN_ARITY }
  const params = fn.params.filter((param) => !(param.type === 'Identifier' && param.name === 'this'))
  return {
    min: params.findLastIndex(isRequired) + 1,
    max: params.some((param) => param.type === 'RestElement') ? null : params.length,
  }
}

/** Arity from a function's own text (`fn.toString()`); unknown for native, bound and class functions. */
export function arityOfSource(text: string): Arity {
  const fn = parseFunction(text)
  return fn === undefined ? { ...UNKNOWN_ARITY } : arityOf(fn)
}

/** A method's text is only valid inside a class, and any other function's only outside of it. */
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

/** Whether the body reads its `arguments`; arrow functions share them, other functions have their own. */
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
