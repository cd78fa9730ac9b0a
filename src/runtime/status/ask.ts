import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { deferred } from '../core/deferred.js'
import { parseJson } from '../core/message/parse-json.js'
import { isNoRespondersReply, listen, newInbox, passOver } from '../nats/index.js'
import { isStatus } from './forms.js'
import { PartJoiner } from './parts.js'
import { statusSubject, type Status, type StatusQuestion } from './messages.js'

/**
 * Pause after which no further answer is expected: the number of participants is not known.
 */
const STALL_MS = 60
/** Longest wait for all answers. */
const MAX_WAIT_MS = 1000
/** More than a pipeline has nodes and streams. */
const MAX_ANSWERS = 20_000

export interface AskOptions {
  /** Whether all have answered who are known to be there: a pause before that does not end the wait. @default they have */
  isComplete?: (answers: readonly Status[]) => boolean
  /** Longest wait for all answers, in milliseconds. @default 1000 */
  maxWaitMs?: number
}

/** Asks all participants of a pipeline for their status. Resolves with an empty list when there are none. */
export async function askStatus(
  nc: NatsConnection,
  pipeline: string,
  question: StatusQuestion,
  { isComplete = () => true, maxWaitMs = MAX_WAIT_MS }: AskOptions = {},
): Promise<Status[]> {
  if (nc.isClosed()) return []
  const subject = statusSubject(pipeline)
  const answers: Status[] = []
  const parts = new PartJoiner()
  const { promise, resolve: end } = deferred()
  let stall: NodeJS.Timeout | undefined
  const onPause = (): void => {
    if (isComplete(answers)) end()
  }
  const onReply = (reply: Msg): void => {
    if (isNoRespondersReply(reply)) {
      end()
      return
    }
    if (stall) stall.refresh()
    else stall = setTimeout(onPause, STALL_MS)
    const data = parts.add(reply)
    if (!data?.length) return
    const answer = parseJson(data)
    if (isStatus(answer)) answers.push(answer)
    else passOver(nc, subject, 'it is no answer to a status request')
    if (answers.length >= MAX_ANSWERS) end()
  }
  const inbox = newInbox(nc)
  const limit = setTimeout(end, maxWaitMs)
  const subscription = listen(nc, inbox, onReply, { onError: () => end() })
  try {
    nc.publish(subject, JSON.stringify(question), { reply: inbox })
    await promise
  } finally {
    clearTimeout(limit)
    clearTimeout(stall)
    subscription.unsubscribe()
  }
  return answers
}
