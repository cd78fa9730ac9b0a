import type { Global, UntypedCall } from '../call/index.js'

/** A call that is not sent yet, to one node if `to` names it. */
export function address(g: Global, name: string, args: unknown[], to: string | undefined): UntypedCall {
  const call = g.callback(name)(...args)
  return to === undefined ? call : call.to(to)
}
