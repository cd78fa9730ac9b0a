import { DaffiError } from '../../core/errors.js'

export function nodeDied(node: string, callback: string): DaffiError {
  return new DaffiError('DAFFI_NODE_DIED', `node "${node}" died before it answered "${callback}"`)
}

/** @param what describes the call */
export function nobodyThere(what: string): DaffiError {
  return new DaffiError('DAFFI_NODE_DIED', `${what}: the node that offered it is gone`)
}
