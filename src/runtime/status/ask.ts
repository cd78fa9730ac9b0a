import type { NatsConnection } from '@nats-io/transport-node'
import { parseJson } from '../core/message/parse-json.js'
import { passOver } from '../nats/index.js'
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

/** Asks all participants of a pipeline for their status. Resolves with an empty list when there are none. */
export async function askStatus(
  nc: NatsConnection,
  pipeline: string,
  question: StatusQuestion,
): Promise<Status[]> {
  const answers: Status[] = []
  const parts = new PartJoiner()
  try {
    const replies = await nc.requestMany(statusSubject(pipeline), JSON.stringify(question), {
      strategy: 'stall',
      stall: STALL_MS,
      maxWait: MAX_WAIT_MS,
    })
    for await (const reply of replies) {
      const data = parts.add(reply)
      if (!data?.length) continue
      const answer = parseJson(data)
      if (isStatus(answer)) answers.push(answer)
      else passOver(nc, statusSubject(pipeline), 'it is no answer to a status request')
      if (answers.length === MAX_ANSWERS) break
    }
  } catch {
    // No process listens, or the connection was lost: the answers up to then are returned.
  }
  return answers
}
