import { parseEta } from '../eta.js'
import type { NoReturnOptions } from '../modifiers.js'
import type { Target } from '../pending-call.js'
import type { Calling } from './calling.js'
import { encodeArguments } from './encode-arguments.js'

/** NO_RETURN: resolves when the server has the call. */
export async function callNoReturn(
  target: Target,
  { eta = 0 }: NoReturnOptions,
  { peers, requests, own }: Calling,
): Promise<void> {
  const etaMs = parseEta(eta)
  const payload = encodeArguments(target, peers)
  if (own.isFor(target)) own.runUnheard(target, payload, etaMs)
  else await requests.send(requests.subjectOf(target), payload, { etaMs })
}
