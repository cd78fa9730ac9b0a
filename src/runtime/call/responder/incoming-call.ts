import type { Msg } from '@nats-io/transport-node'
import { HEADER } from '../wire/headers.js'

/** A call that has come, with its headers. */
export interface IncomingCall {
  message: Msg
  callback: string
  /** Id by which it can be cancelled; undefined for a caller that is not daffi's. */
  id: string | undefined
  /** Name of the node that calls. */
  from: string | undefined
  /** Milliseconds after which it is to run. */
  delayMs: number
  /** The caller's incarnation, when it wants the items of a callback that yields. */
  items: string | undefined
  /** Whether only a receipt is wanted, and no result. */
  wantsReceipt: boolean
  /** Where arguments are that are too large for the message. */
  parts: string | undefined
  /** Names of the nodes that have passed it on. */
  passed: string[]
}

/** Reads the subject and the headers of a call. */
export function readCall(message: Msg): IncomingCall {
  const { subject, headers } = message
  const call: IncomingCall = {
    message,
    callback: subject.slice(subject.lastIndexOf('.') + 1),
    id: undefined,
    from: undefined,
    delayMs: 0,
    items: undefined,
    wantsReceipt: false,
    parts: undefined,
    passed: [],
  }
  // In one pass, as the client's own way to get a header makes two arrays each time.
  for (const [key, [value = '']] of headers ?? []) {
    if (key === HEADER.call) call.id = value || undefined
    else if (key === HEADER.from) call.from = value || undefined
    else if (key === HEADER.eta) call.delayMs = Math.max(0, Number(value) || 0)
    else if (key === HEADER.items) call.items = value || undefined
    else if (key === HEADER.receipt) call.wantsReceipt = true
    else if (key === HEADER.parts) call.parts = value || undefined
    else if (key === HEADER.passed) call.passed = value.split(' ').filter(Boolean)
  }
  return call
}
