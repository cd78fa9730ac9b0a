import type { BusyOptions, NoReturnOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import { parseDelay } from '../wire/delay.js'
import { decodeReply } from '../wire/encoding.js'
import type { CallerContext } from './caller-context.js'
import { boundedCall, type Cancellation } from './cancellation.js'
import { encodeArguments } from './encode-arguments.js'
import { nobodyThere } from './node-died.js'

/** Carries out NO_RETURN: resolves when a node has received the call. */
export async function callNoReturn(
  target: Target,
  { busy, ...options }: NoReturnOptions,
  caller: CallerContext,
): Promise<void> {
  const delayMs = parseDelay(options)
  const payload = encodeArguments(target, caller.peers)
  const bounds = { signal: caller.leaving, what: `"${target.callback}"` }
  await boundedCall(bounds, (cancellation) =>
    deliver({ target, payload, delayMs, busy, cancellation }, caller),
  )
}

/** A call whose result is not wanted. */
interface Delivery extends BusyOptions {
  target: Target
  payload: Uint8Array
  delayMs: number
  cancellation: Cancellation
}

/** Has a node receive a call whose result is not wanted. */
export async function deliver(
  call: Delivery,
  { local, outgoing }: Pick<CallerContext, 'local' | 'outgoing'>,
): Promise<void> {
  const { target, payload, delayMs } = call
  const reply = local.isFor(target) ? undefined : await outgoing.send({ ...call, receipt: true })
  if (reply) {
    // An error says that the node does not carry it out.
    if (reply.payload.length > 0) decodeReply(reply.message, reply.payload)
  } else if (local.isFor(target) || (target.to === undefined && local.offers(target)))
    local.runAndForget(target, payload, delayMs)
  else throw nobodyThere(`"${target.callback}"`)
}
