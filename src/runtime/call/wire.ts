import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import { decode, encode } from '../codec/index.js'
import { DaffiError } from '../core/errors.js'
import { RemoteError, type RemoteErrorFields } from './remote-error.js'

/** All nodes that offer a callback share this queue group, so that one of them answers. */
export const QUEUE = 'daffi'

export const HEADER = {
  call: 'Daffi-Call',
  from: 'Daffi-From',
  eta: 'Daffi-Eta',
  due: 'Daffi-Due',
  timeout: 'Daffi-Timeout',
  schedule: 'Daffi-Schedule',
  to: 'Daffi-To',
  node: 'Daffi-Node',
  items: 'Daffi-Items',
  error: 'Nats-Service-Error',
  errorCode: 'Nats-Service-Error-Code',
} as const

export const subjects = {
  call: (pipeline: string, callback: string) => `daffi.${pipeline}.call.${callback}`,
  nodeCall: (pipeline: string, node: string, callback: string) =>
    `daffi.${pipeline}.node.${node}.call.${callback}`,
  all: (pipeline: string, callback: string) => `daffi.${pipeline}.all.${callback}`,
  cancel: (pipeline: string) => `daffi.${pipeline}.cancel`,
}

const OPEN_BRACKET = 0x5b

/** A payload that begins like a JSON array is one: no MessagePack array begins with that byte. */
export function isJson(payload: Uint8Array): boolean {
  return payload[0] === OPEN_BRACKET
}

/** @throws DaffiError DAFFI_BAD_MESSAGE */
export function decodeArguments(payload: Uint8Array): unknown[] {
  const args = isJson(payload) ? parseJson(payload) : decode(payload)
  if (!Array.isArray(args))
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the arguments of a call are not an array')
  return args as unknown[]
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8')) as unknown
  } catch (cause) {
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the arguments of a call are not JSON', { cause })
  }
}

export function requestHeaders(callId: string, from: string, etaMs: number): MsgHdrs {
  const head = headers()
  head.set(HEADER.call, callId)
  head.set(HEADER.from, from)
  if (etaMs > 0) head.set(HEADER.eta, String(etaMs))
  return head
}

/** The answer to a call, in JSON when it was asked in JSON. */
export function encodeReply(value: unknown, json: boolean): Uint8Array {
  return json ? Buffer.from(JSON.stringify(value ?? null)) : encode(value, 'the result')
}

export function replyHeaders(node: string): MsgHdrs {
  const head = headers()
  head.set(HEADER.node, node)
  return head
}

/** Of the answer to a call that was iterated over: all its items have been had. */
export function itemsHeaders(node: string): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.items, 'end')
  return head
}

export function errorHeaders(node: string, { code, message }: RemoteErrorFields): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.error, message.replaceAll(/[\r\n]+/g, ' ').slice(0, 512))
  head.set(HEADER.errorCode, code ?? 'DAFFI_REMOTE')
  return head
}

const NO_RESPONDERS = 503

export function isNoResponders(message: Msg): boolean {
  return message.headers?.code === NO_RESPONDERS && message.data.length === 0
}

/** Value of an answer. @throws RemoteError */
export function decodeReply(message: Msg): unknown {
  if (message.headers?.has(HEADER.errorCode)) {
    throw new RemoteError(decode(message.data) as RemoteErrorFields)
  }
  return decode(message.data)
}
