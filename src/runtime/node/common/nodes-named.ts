import { DaffiError } from '../../core/errors.js'
import type { ErrorCode } from '../../core/error-codes.js'
import { nodeAndNumber } from '../../core/names.js'
import { nearest } from '../../core/text/nearest.js'

/** A node, as far as its names are concerned. */
interface Named {
  name: string
  /** Name of the node in the pipeline file whose replica it is. */
  replicaOf?: string | undefined
}

/**
 * The nodes that a name stands for: that of a node with replicas stands for all of them.
 * @param code of the error when there is none
 * @throws DaffiError with the names that there are
 */
export function nodesNamed<T extends Named>(
  pipeline: string,
  nodes: readonly T[],
  name: string,
  code: ErrorCode,
): T[] {
  const found = nodes.filter((node) => node.name === name || node.replicaOf === name)
  if (found.length > 0) return found
  throw unknownNode(pipeline, nodes, name, code)
}

/** The error of a name that no node has. */
export function unknownNode(
  pipeline: string,
  nodes: readonly Named[],
  name: string,
  code: ErrorCode,
): DaffiError {
  const names = nodes.map((node) => node.name)
  const suggestion = nearest(name, [
    ...new Set([...names, ...nodes.flatMap(({ replicaOf = [] }) => replicaOf)]),
  ])
  return new DaffiError(code, `${pipeline} has no node ${name}; it has ${names.join(', ')}`, {
    ...(suggestion === undefined ? {} : { next: `Did you mean ${suggestion}?` }),
  })
}

/** Nodes of which only the names are known. */
export function namedOnly(names: readonly string[]): Named[] {
  return names.map((name) => ({ name, replicaOf: nodeAndNumber(name).node }))
}
