import type { Node } from '@babel/types'

/** Iterates over a syntax node and all nodes below it, in the order of the text. */
export function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* nodesOf(each)
  if (!isNode(value)) return
  yield value
  for (const each of Object.values(value)) if (typeof each === 'object') yield* nodesOf(each)
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}
