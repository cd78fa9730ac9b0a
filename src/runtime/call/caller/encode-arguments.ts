import type { NatsConnection } from '@nats-io/transport-node'
import { encodeAll } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { assertToken } from '../../core/names.js'
import { nearest } from '../../core/text/nearest.js'
import { payloadLimit } from '../../nats/index.js'
import type { Target } from '../api/pending-call.js'
import type { PeerTable } from '../presence/peer-table.js'
import { checkArity, listed } from '../wire/arity.js'

/**
 * Encodes the payload of a request. A call that is known to be wrong is refused before anything is sent.
 * @throws DaffiError DAFFI_BAD_NAME, DAFFI_UNKNOWN_NODE, DAFFI_UNKNOWN_CALLBACK, DAFFI_ARGUMENT_COUNT, DAFFI_UNSENDABLE
 */
export function encodeArguments({ callback, args, to }: Target, peers: PeerTable): Uint8Array {
  assertToken('callback', callback)
  const offering = peers.offering(callback)
  if (to !== undefined && !peers.get(to)) throw unknownNode(to, peers)
  const candidates = to === undefined ? offering : offering.filter((peer) => peer.name === to)
  if (candidates.length === 0) throw unknownCallback(callback, to, peers)
  for (const { arity } of candidates) checkArity(callback, arity, args.length)
  return encodeAll(args, (index) => `argument ${index + 1} of "${callback}"`)
}

/**
 * Encodes the arguments of a call that must fit into one message.
 * @throws DaffiError DAFFI_TOO_LARGE, and those of any call
 */
export function encodeForOneMessage(
  target: Target,
  { nc, peers }: { nc: NatsConnection; peers: PeerTable },
): Uint8Array {
  const payload = encodeArguments(target, peers)
  const limit = payloadLimit(nc)
  if (payload.length <= limit) return payload
  throw new DaffiError(
    'DAFFI_TOO_LARGE',
    `the arguments of "${target.callback}" have ${payload.length} bytes; a message of this server has at most ${limit}`,
  )
}

function unknownNode(node: string, peers: PeerTable): DaffiError {
  // Not those that only call, as the asker itself may be one.
  const callable = peers.all().filter(({ callbacks }) => Object.keys(callbacks).length > 0)
  const names = callable.map(({ name }) => name)
  const others = names.length === 0 ? 'there is none that offers a callback' : `there are ${listed(names)}`
  return new DaffiError(
    'DAFFI_UNKNOWN_NODE',
    `there is no node "${node}"; ${others}${suggestion(node, names)}`,
  )
}

function unknownCallback(callback: string, node: string | undefined, peers: PeerTable): DaffiError {
  const candidates = peers.all().filter((peer) => node === undefined || peer.name === node)
  const names = [...new Set(candidates.flatMap((peer) => Object.keys(peer.callbacks)))]
  const subject = node === undefined ? 'no node offers' : `node "${node}" does not offer`
  return new DaffiError(
    'DAFFI_UNKNOWN_CALLBACK',
    `${subject} "${callback}"; there is ${listed(names)}${suggestion(callback, names)}`,
  )
}

function suggestion(name: string, names: string[]): string {
  const similar = nearest(name, names)
  return similar ? `. Did you mean "${similar}"?` : ''
}
