import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import { decode, encode } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { RemoteError, type RemoteErrorFields } from '../api/remote-error.js'

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
  parts: 'Daffi-Parts',
  stored: 'Daffi-Stored',
  error: 'Nats-Service-Error',
  errorCode: 'Nats-Service-Error-Code',
} as const

export const subjects = {
  call: (pipeline: string, callback: string) => `daffi.${pipeline}.call.${callback}`,
  nodeCall: (pipeline: string, node: string, callback: string) =>
    `daffi.${pipeline}.node.${node}.call.${callback}`,
  all: (pipeline: string, callback: string) => `daffi.${pipeline}.all.${callback}`,
  running: (pipeline: string, node: string) => `daffi.${pipeline}.node.${node}.running`,
  cancel: (pipeline: string) => `daffi.${pipeline}.cancel`,
}

/** Whatever does not begin as an array of MessagePack does is taken for JSON, and answered in JSON. */
export function isJson(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0
  const isFixArray = first >= 0x90 && first <= 0x9f
  return !isFixArray && first !== 0xdc && first !== 0xdd
}

/** @throws DaffiError DAFFI_BAD_MESSAGE */
export function decodeArguments(payload: Uint8Array): unknown[] {
  const args = isJson(payload) ? parseJson(payload) : decode(payload)
  if (!Array.isArray(args))
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the arguments of a call are not a JSON array')
  return args as unknown[]
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8')) as unknown
  } catch (cause) {
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the arguments of a call are not a JSON array', { cause })
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

/** Value of an answer, whose payload may have been fetched. @throws RemoteError */
export function decodeReply({ headers }: Msg, payload: Uint8Array): unknown {
  if (headers?.has(HEADER.errorCode)) throw new RemoteError(decode(payload) as RemoteErrorFields)
  return decode(payload)
}
