import type { NoReturnOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { parseTimerDelay } from '../wire/delay.js'
import type { CallerContext } from './caller-context.js'
import { encodeArguments } from './encode-arguments.js'

/** Carries out NO_RETURN: resolves when the server has received the call. */
export async function callNoReturn(
  target: Target,
  options: NoReturnOptions,
  { peers, requests, local }: CallerContext,
): Promise<void> {
  const delayMs = parseTimerDelay(options)
  const payload = encodeArguments(target, peers)
  if (local.isFor(target)) local.runAndForget(target, payload, delayMs)
  else await requests.send(requests.subjectOf(target), payload, { delayMs })
}
