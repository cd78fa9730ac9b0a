import type { NatsConnection } from '@nats-io/transport-node'
import { statusSubject, type Status, type StatusQuestion } from './messages.js'

/** Nobody knows how many will answer: the last one has when nothing came for so long. */
const STALL_MS = 60
const MOST_MS = 1000

/** Asks everyone of a pipeline how it is. Nobody there gives an empty list. */
export async function askStatus(
  nc: NatsConnection,
  pipeline: string,
  question: StatusQuestion,
): Promise<Status[]> {
  const answers: Status[] = []
  try {
    const replies = await nc.requestMany(statusSubject(pipeline), JSON.stringify(question), {
      strategy: 'stall',
      stall: STALL_MS,
      maxWait: MOST_MS,
    })
    for await (const reply of replies) {
      if (reply.data.length > 0) answers.push(reply.json<Status>())
    }
  } catch {
    // Nobody listens, or the connection went: what was heard until then is what there is.
  }
  return answers
}
