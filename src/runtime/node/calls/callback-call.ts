import type { Call, Global } from '../../call/index.js'
import { DaffiError } from '../../core/errors.js'

/**
 * Makes a call of a callback whose name is only known at run time, addressed to one node when `to` names it. The call is
 * not sent yet.
 * @throws DaffiError DAFFI_BAD_NAME
 */
export function callbackCall(
  g: Global,
  name: string,
  args: unknown[],
  to: string | undefined,
): Call<unknown> {
  const call = g.call[name]?.(...args)
  if (!call) throw new DaffiError('DAFFI_BAD_NAME', `no callback can have the name ${JSON.stringify(name)}`)
  return to === undefined ? call : call.to(to)
}
