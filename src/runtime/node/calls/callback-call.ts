import type { Global, UntypedCall } from '../../call/index.js'

/** Makes a call that is not sent yet, addressed to one node when `to` names it. */
export function callbackCall(g: Global, name: string, args: unknown[], to: string | undefined): UntypedCall {
  const call = g.callback(name)(...args)
  return to === undefined ? call : call.to(to)
}
