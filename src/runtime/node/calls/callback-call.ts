import type { Call, Global } from '../../call/index.js'
import { DaffiError } from '../../core/errors.js'

/** A call that is not sent yet, to one node if `to` names it. */
export function address(g: Global, name: string, args: unknown[], to: string | undefined): Call<unknown> {
  const call = g.call[name]?.(...args)
  if (!call) throw new DaffiError('DAFFI_BAD_NAME', `no callback can have the name ${JSON.stringify(name)}`)
  return to === undefined ? call : call.to(to)
}
