import { parseDuration } from '../../core/duration.js'
import { rateOf } from '../../core/stream/rate.js'
import type { DelayOptions, FGOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { afterDelay, parseDelay } from '../wire/delay.js'
import { decodeReply } from '../wire/encoding.js'
import type { CallerContext } from './caller-context.js'
import { Cancellation } from './cancellation.js'
import { encodeArguments } from './encode-arguments.js'
import { nobodyThere } from './node-died.js'
import { withRetries } from './retry.js'

/** Default timeout of a call, in seconds. */
export const TIMEOUT_S = 30

interface OnceOptions extends Omit<FGOptions, 'retry'>, DelayOptions {
  /** Called when the request is sent, and nothing is left but to wait for the answer. */
  onSent?: () => void
}

/** Carries out FG: gives the value, from one of the nodes that offer the callback. */
export function callForeground(target: Target, options: FGOptions, caller: CallerContext): Promise<unknown> {
  const { retry, signal } = options
  return retry
    ? withRetries(() => callOnce(target, options, caller), retry, signal)
    : callOnce(target, options, caller)
}

/** Sends a request, and waits for its answer. */
export async function callOnce(
  target: Target,
  options: OnceOptions,
  caller: CallerContext,
): Promise<unknown> {
  const { timeout = TIMEOUT_S, signal, busy, onSent } = options
  const delayMs = parseDelay(options)
  const timeoutMs = afterDelay(parseDuration(timeout, 'timeout'), delayMs)
  const { node, peers, outgoing, local } = caller
  const payload = encodeArguments(target, peers)
  const what = `"${target.callback}"${target.to === undefined ? '' : ` on ${target.to}`}`
  const cancellation = new Cancellation({ timeoutMs, signal, what })
  try {
    const isOwn = target.to === node
    const call = { target, payload, delayMs, busy, onSent, cancellation }
    const reply = isOwn ? undefined : await outgoing.send(call)
    if (reply) return decodeReply(reply.message, reply.payload)
    if (!isOwn && (target.to !== undefined || !local.offers(target))) throw nobodyThere(what)
    onSent?.()
    const onWait = (text: string): void => {
      const rate = rateOf(text)
      if (rate) cancellation.waitsFor(rate)
    }
    return await local.run(target, payload, { timeoutMs: 0, delayMs, signal: cancellation.signal, onWait })
  } finally {
    cancellation.end()
  }
}
