import { headers, type MsgHdrs } from '@nats-io/transport-node'
import type { RemoteErrorFields } from '../api/remote-error.js'
import type { Headers } from '../channels/head.js'

export const HEADER = {
  from: 'Daffi-From',
  eta: 'Daffi-Eta',
  due: 'Daffi-Due',
  timeout: 'Daffi-Timeout',
  retry: 'Daffi-Retry',
  schedule: 'Daffi-Schedule',
  sent: 'Daffi-Sent',
  follows: 'Daffi-Follows',
  digest: 'Daffi-Digest',
  job: 'Daffi-Job',
  to: 'Daffi-To',
  node: 'Daffi-Node',
  items: 'Daffi-Items',
  receipt: 'Daffi-Receipt',
  waits: 'Daffi-Waits',
  passed: 'Daffi-Passed',
  parts: 'Daffi-Parts',
  stored: 'Daffi-Stored',
  /** The W3C's name, which other clients know, too. */
  trace: 'traceparent',
  error: 'Nats-Service-Error',
  errorCode: 'Nats-Service-Error-Code',
} as const

/** Characters of an error's message that its header holds; the payload has all of it. */
const MAX_ERROR_LENGTH = 512

/** The value of a message's header. (The client's own way to get it makes two arrays each time.) */
export function headerOf({ headers }: { headers?: Headers | undefined }, name: string): string | undefined {
  if (headers) for (const [key, values] of headers) if (key === name) return values[0]
  return undefined
}

/** Facts of a call that its reply subject does not tell. */
interface RequestFacts {
  delayMs: number
  /** The caller's incarnation, when it wants the items of a callback that yields. */
  items: string | undefined
  /** Whether only a receipt is wanted. */
  receipt: boolean | undefined
  /** Context of the caller's span. */
  trace: string | undefined
  /** Where arguments are that are too large for the message. */
  parts: string | undefined
  /** Names of the nodes that had no turn for it. */
  passed: string | undefined
}

/** Headers of a request; undefined for the usual one, which needs none, as they cost more than the rest of a small call. */
export function requestHeaders(facts: RequestFacts): MsgHdrs | undefined {
  const { delayMs, items, receipt, trace, parts, passed } = facts
  if (
    delayMs === 0 &&
    !items &&
    !receipt &&
    trace === undefined &&
    parts === undefined &&
    passed === undefined
  )
    return undefined
  const head = headers()
  if (delayMs > 0) head.set(HEADER.eta, String(delayMs))
  if (trace !== undefined) head.set(HEADER.trace, trace)
  if (items) head.set(HEADER.items, items)
  if (receipt) head.set(HEADER.receipt, 'wanted')
  if (parts !== undefined) head.set(HEADER.parts, parts)
  if (passed !== undefined) head.set(HEADER.passed, passed)
  return head
}

export function replyHeaders(node: string): MsgHdrs {
  const head = headers()
  head.append(HEADER.node, node)
  return head
}

/** Headers of the reply whose value is too large for the message. @param parts where it is */
export function partsHeaders(node: string, parts: string): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.parts, parts)
  return head
}

/** Headers of the reply to a call that was iterated over, sent after its last item. */
export function itemsHeaders(node: string): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.items, 'end')
  return head
}

/** Headers of the receipt for a call whose result is not wanted. */
export function receiptHeaders(node: string): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.receipt, 'received')
  return head
}

/** Headers of the note that a call waits for the rate of its callback, before its reply. */
export function waitsHeaders(node: string, rate: string): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.waits, rate)
  return head
}

export function errorHeaders(node: string, { code, message }: RemoteErrorFields): MsgHdrs {
  const head = replyHeaders(node)
  head.set(HEADER.error, oneLine(message))
  head.set(HEADER.errorCode, oneLine(code ?? 'DAFFI_REMOTE'))
  return head
}

/** Text of a header, in which a line's end would begin another one. */
function oneLine(text: string): string {
  return text.slice(0, MAX_ERROR_LENGTH).replaceAll(/[\r\n]+/g, ' ')
}
