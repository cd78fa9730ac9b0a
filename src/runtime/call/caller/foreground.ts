import type { Msg } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration, type Duration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import { afterEta, parseEta } from '../wire/delay.js'
import type { FGOptions } from '../api/modifiers.js'
import type { Offer, Parts } from '../wire/payload-transfer.js'
import type { Target } from '../api/pending-call.js'
import { decodeReply, isNoResponders } from '../wire/messages.js'
import type { Calling } from './caller-context.js'
import { encodeArguments } from './encode-arguments.js'
import { retrying } from './retry.js'

/** How long the answer to a call may take that does not say: seconds. */
export const TIMEOUT = 30

interface OnceOptions extends Omit<FGOptions, 'retry'> {
  eta?: Duration
  /** Called when nothing is left but to wait for the answer. */
  onSent?: () => void
}

/** FG: the value, from one of the nodes that offer the callback. */
export function callForeground(
  target: Target,
  { retry, ...options }: FGOptions,
  calling: Calling,
): Promise<unknown> {
  const call = (): Promise<unknown> => callOnce(target, options, calling)
  return retry ? retrying(call, retry, options.signal) : call()
}

/** Sends a request, and waits for its answer. */
export async function callOnce(
  target: Target,
  { timeout = TIMEOUT, eta = 0, signal, onSent }: OnceOptions,
  { node, peers, replies, parts, inFlight, requests, own }: Calling,
): Promise<unknown> {
  const etaMs = parseEta(eta)
  const timeoutMs = afterEta(parseDuration(timeout, 'timeout'), etaMs)
  const payload = encodeArguments(target, peers)
  if (target.to === node) {
    onSent?.()
    return await own.run(target, payload, { timeoutMs, etaMs, signal })
  }

  const what = `"${target.callback}"${target.to === undefined ? '' : ` on ${target.to}`}`
  await inFlight.connected({ timeoutMs, signal, what })
  const answer = deferred<Msg>()
  const { reply, id, end } = replies.expect(answer.resolve)
  const { callback, to } = target
  const unwatch = inFlight.watch({ callback, to, id, onLost: answer.reject })
  let answered = false
  let offer: Offer | undefined
  try {
    offer = requests.publish(requests.subjectOf(target), payload, { id, reply, etaMs })
    onSent?.()
    const message = await bounded(answer.promise, { timeoutMs, signal, what })
    answered = true
    if (isNoResponders(message)) {
      if (target.to === undefined && own.offers(target))
        return await own.run(target, payload, { timeoutMs, etaMs, signal })
      throw new DaffiError('DAFFI_NODE_DIED', `${what}: the node that offered it is gone`)
    }
    return await openReply(message, parts, signal)
  } finally {
    if (!answered) requests.cancel(id)
    unwatch()
    offer?.end()
    end()
  }
}

/** The value of an answer, wherever it is. @throws RemoteError */
export async function openReply(
  message: Msg,
  parts: Parts,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return decodeReply(message, await parts.open(message, { signal }))
}
