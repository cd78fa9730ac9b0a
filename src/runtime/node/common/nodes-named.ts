import { DaffiError } from '../../core/errors.js'
import type { ErrorCode } from '../../core/error-codes.js'
import { nearest } from '../../core/text/nearest.js'

/**
 * The nodes that a name stands for: that of a node with replicas stands for all of them.
 * @param code of the error when there is none
 * @throws DaffiError with the names that there are
 */
export function nodesNamed<T extends { name: string }>(
  pipeline: string,
  nodes: readonly T[],
  name: string,
  code: ErrorCode,
): T[] {
  const exact = nodes.filter((node) => node.name === name)
  const found = exact.length > 0 ? exact : nodes.filter((node) => baseName(node.name) === name)
  if (found.length > 0) return found
  throw unknownNode(
    pipeline,
    nodes.map((node) => node.name),
    name,
    code,
  )
}

/** The error of a name that no node has. */
export function unknownNode(
  pipeline: string,
  names: readonly string[],
  name: string,
  code: ErrorCode,
): DaffiError {
  const suggestion = nearest(name, [...new Set(names.flatMap((each) => [each, baseName(each)]))])
  return new DaffiError(code, `${pipeline} has no node ${name}; it has ${names.join(', ')}`, {
    ...(suggestion === undefined ? {} : { next: `Did you mean ${suggestion}?` }),
  })
}

function baseName(name: string): string {
  return name.replace(/-\d+$/, '')
}
