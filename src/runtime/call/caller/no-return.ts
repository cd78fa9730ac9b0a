import { parseEta } from '../wire/delay.js'
import type { NoReturnOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import type { Calling } from './caller-context.js'
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
