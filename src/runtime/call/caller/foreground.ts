import { parseDuration } from '../../core/duration.js'
import type { DelayOptions, FGOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { afterDelay, parseDelay } from '../wire/delay.js'
import { decodeReply } from '../wire/encoding.js'
import type { CallerContext } from './caller-context.js'
import { boundedCall, type Cancellation } from './cancellation.js'
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
export function callForeground(
  target: Target,
  { retry, ...options }: FGOptions,
  caller: CallerContext,
): Promise<unknown> {
  const call = (): Promise<unknown> => callOnce(target, options, caller)
  return retry ? withRetries(call, retry, options.signal) : call()
}

/** Sends a request, and waits for its answer. Not an async function, as each promise more makes a small call slower. */
export function callOnce(
  target: Target,
  { timeout = TIMEOUT_S, signal, busy, onSent, ...options }: OnceOptions,
  { node, peers, outgoing, local }: CallerContext,
): Promise<unknown> {
  const delayMs = parseDelay(options)
  const timeoutMs = afterDelay(parseDuration(timeout, 'timeout'), delayMs)
  const payload = encodeArguments(target, peers)
  const what = `"${target.callback}"${target.to === undefined ? '' : ` on ${target.to}`}`
  const runHere = (cancellation: Cancellation): Promise<unknown> => {
    onSent?.()
    return local.run(target, payload, { timeoutMs: 0, delayMs, signal: cancellation.signal })
  }
  const send = async (cancellation: Cancellation): Promise<unknown> => {
    const reply = await outgoing.send({ target, payload, delayMs, busy, onSent, cancellation })
    if (reply) return decodeReply(reply.message, reply.payload)
    if (target.to === undefined && local.offers(target)) return await runHere(cancellation)
    throw nobodyThere(what)
  }
  return boundedCall({ timeoutMs, signal, what }, target.to === node ? runHere : send)
}
