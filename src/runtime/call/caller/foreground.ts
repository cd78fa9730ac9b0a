import type { Msg } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { DelayOptions, FGOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { afterDelay, parseTimerDelay } from '../wire/delay.js'
import { decodeReply } from '../wire/encoding.js'
import { isNoRespondersReply } from '../wire/headers.js'
import type { PayloadTransfer, PayloadTransfers } from '../wire/payload-transfer.js'
import type { CallerContext } from './caller-context.js'
import { encodeArguments } from './encode-arguments.js'
import { withRetries } from './retry.js'

/** Default timeout of a call, in seconds. */
export const TIMEOUT_S = 30

interface OnceOptions extends Omit<FGOptions, 'retry'>, DelayOptions {
  /** Called when the request is sent, and nothing is left but to wait for the answer. */
  onSent?: () => void
}

/** Carries out FG: gives the value, from one of the nodes that offer the callback. */
export function callForeground(
  target: Target,
  { retry, ...options }: FGOptions,
  caller: CallerContext,
): Promise<unknown> {
  const call = (): Promise<unknown> => callOnce(target, options, caller)
  return retry ? withRetries(call, retry, options.signal) : call()
}

/** Sends a request, and waits for its answer. */
export async function callOnce(
  target: Target,
  { timeout = TIMEOUT_S, signal, onSent, ...options }: OnceOptions,
  { node, peers, replies, payloads, inFlight, requests, local }: CallerContext,
): Promise<unknown> {
  const delayMs = parseTimerDelay(options)
  const timeoutMs = afterDelay(parseDuration(timeout, 'timeout'), delayMs)
  const payload = encodeArguments(target, peers)
  if (target.to === node) {
    onSent?.()
    return await local.run(target, payload, { timeoutMs, delayMs, signal })
  }

  const what = `"${target.callback}"${target.to === undefined ? '' : ` on ${target.to}`}`
  await inFlight.connected({ timeoutMs, signal, what })
  const answer = deferred<Msg>()
  const { reply, id, end } = replies.expect(answer.resolve)
  const { callback, to } = target
  const unwatch = inFlight.watch({ callback, to, id, onLost: answer.reject })
  let answered = false
  let transfer: PayloadTransfer | undefined
  try {
    transfer = requests.publish(requests.subjectOf(target), payload, { id, reply, delayMs })
    onSent?.()
    const message = await bounded(answer.promise, { timeoutMs, signal, what })
    answered = true
    if (isNoRespondersReply(message)) {
      if (target.to === undefined && local.offers(target))
        return await local.run(target, payload, { timeoutMs, delayMs, signal })
      throw new DaffiError('DAFFI_NODE_DIED', `${what}: the node that offered it is gone`)
    }
    return await decodeReplyOf(message, payloads, signal)
  } finally {
    if (!answered) requests.cancel(id)
    unwatch()
    transfer?.end()
    end()
  }
}

/** Gives the value of a reply, which is fetched when it was too large for the message. @throws RemoteError */
export async function decodeReplyOf(
  message: Msg,
  payloads: PayloadTransfers,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return decodeReply(message, await payloads.payloadOf(message, { signal }))
}
