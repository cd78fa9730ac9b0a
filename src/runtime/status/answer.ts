import type { NatsConnection } from '@nats-io/transport-node'
import { statusSubject, type Status, type StatusQuestion } from './messages.js'

/**
 * Answers status requests for a pipeline. Causes no work while there are no requests.
 * @returns a function that ends it
 */
export function answerStatus(
  nc: NatsConnection,
  pipeline: string,
  answer: (question: StatusQuestion) => Status,
): () => void {
  const subscription = nc.subscribe(statusSubject(pipeline), {
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify(answer(questionOf(message.data))))
    },
  })
  return () => subscription.unsubscribe()
}

/** Parses a request. An empty payload asks for everything. */
function questionOf(payload: Uint8Array): StatusQuestion {
  try {
    const { lines } = JSON.parse(Buffer.from(payload).toString()) as Partial<StatusQuestion>
    return { lines: lines ?? {} }
  } catch {
    return { lines: {} }
  }
}
