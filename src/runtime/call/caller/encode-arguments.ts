import type { NatsConnection } from '@nats-io/transport-node'
import { encodeAll } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { assertToken } from '../../core/names.js'
import { nearest } from '../../core/nearest.js'
import type { Target } from '../api/pending-call.js'
import type { Peers } from '../presence/peers.js'
import { checkArity, listed } from '../invoke/registry.js'

/**
 * The payload of a request. What is known to be wrong is refused before anything is sent.
 * @throws DaffiError DAFFI_BAD_NAME, DAFFI_UNKNOWN_NODE, DAFFI_UNKNOWN_CALLBACK, DAFFI_ARGUMENT_COUNT, DAFFI_UNSENDABLE
 */
export function encodeArguments({ callback, args, to }: Target, peers: Peers): Uint8Array {
  assertToken('callback', callback)
  const offering = peers.offering(callback)
  if (to !== undefined && !peers.get(to)) throw unknownNode(to, peers)
  const meant = to === undefined ? offering : offering.filter((peer) => peer.name === to)
  if (meant.length === 0) throw unknownCallback(callback, to, peers)
  for (const { arity } of meant) checkArity(callback, arity, args.length)
  return encodeAll(args, (index) => `argument ${index + 1} of "${callback}"`)
}

/** The arguments of a call that must go in one message. @throws DaffiError DAFFI_TOO_LARGE, and those of any call */
export function encodeMessage(
  target: Target,
  { nc, peers }: { nc: NatsConnection; peers: Peers },
): Uint8Array {
  const payload = encodeArguments(target, peers)
  const most = nc.info?.max_payload ?? Infinity
  if (payload.length <= most) return payload
  throw new DaffiError(
    'DAFFI_TOO_LARGE',
    `the arguments of "${target.callback}" have ${payload.length} bytes; a message of this server has at most ${most}`,
  )
}

function unknownNode(node: string, peers: Peers): DaffiError {
  const names = peers.all().map((peer) => peer.name)
  const meant = nearest(node, names)
  return new DaffiError(
    'DAFFI_UNKNOWN_NODE',
    `no node "${node}" is there; there are ${listed(names)}${meant ? `. Did you mean "${meant}"?` : ''}`,
  )
}

function unknownCallback(callback: string, node: string | undefined, peers: Peers): DaffiError {
  const offers = peers.all().filter((peer) => node === undefined || peer.name === node)
  const names = [...new Set(offers.flatMap((peer) => Object.keys(peer.callbacks)))]
  const meant = nearest(callback, names)
  const who = node === undefined ? 'nobody offers' : `node "${node}" does not offer`
  return new DaffiError(
    'DAFFI_UNKNOWN_CALLBACK',
    `${who} "${callback}"; there is ${listed(names)}${meant ? `. Did you mean "${meant}"?` : ''}`,
  )
}
