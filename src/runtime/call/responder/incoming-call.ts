import { isMeasure } from '../../core/message/forms.js'
import { isToken } from '../../core/names.js'
import type { CallMessage } from '../channels/call-channel.js'
import { isTraceparent } from '../trace/traceparent.js'
import { HEADER } from '../wire/headers.js'
import { readReplyTo } from '../wire/reply-subject.js'

/** Headers of which one without sense is refused; of calls from a time when a call's id and caller were in headers, too. */
const REFUSED: ReadonlySet<string> = new Set([HEADER.eta, HEADER.items, HEADER.from, 'Daffi-Call'])
/** Characters of the header that has the nodes which have passed a call on: more than the names that it may have. */
const MAX_PASSED = 1024

/** A call that has come, with its headers. */
export interface IncomingCall {
  message: CallMessage
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
  /** Context of the caller's span. */
  traceparent: string | undefined
  /** Name of a header that makes no sense. */
  badHeader: string | undefined
}

/** A node that calls, and the id that it has given the call. */
interface Asker {
  from: string
  id: string | undefined
}

/**
 * Reads the subject and the headers of a call.
 * @param node that calls; by default the one that the reply subject tells
 */
export function readCall(
  message: CallMessage,
  node: Asker | undefined = message.reply === undefined ? undefined : readReplyTo(message.reply),
): IncomingCall {
  const { subject, headers } = message
  const call: IncomingCall = {
    message,
    callback: subject.slice(subject.lastIndexOf('.') + 1),
    id: node?.id,
    from: node?.from,
    delayMs: 0,
    items: undefined,
    wantsReceipt: false,
    parts: undefined,
    passed: [],
    traceparent: undefined,
    badHeader: undefined,
  }
  // In one pass, as the client's own way to get a header makes two arrays each time.
  if (headers)
    for (const [key, [value = '']] of headers) {
      if (value === '') continue
      if (key === HEADER.eta && isMeasure(Number(value))) call.delayMs = Number(value)
      else if (key === HEADER.items && isToken(value)) call.items = value
      else if (key === HEADER.receipt) call.wantsReceipt = true
      else if (key === HEADER.parts) call.parts = value
      else if (key === HEADER.passed) call.passed = value.slice(0, MAX_PASSED).split(' ').filter(isToken)
      // By the standard, one of another form is as if there were none.
      else if (key === HEADER.trace) call.traceparent = isTraceparent(value) ? value : undefined
      else if (REFUSED.has(key)) call.badHeader = key
    }
  return call
}
