import type { NatsConnection } from '@nats-io/transport-node'
import { parseJson } from '../core/message/parse-json.js'
import { listen } from '../nats/index.js'
import { statusQuestion } from './forms.js'
import { respondInParts } from './parts.js'
import { statusSubject, type Status, type StatusQuestion } from './messages.js'

/**
 * Answers status requests for a pipeline; an empty one asks for everything. Causes no work while there are no requests.
 * @returns a function that ends it
 */
export function answerStatus(
  nc: NatsConnection,
  pipeline: string,
  answer: (question: StatusQuestion) => Status,
): () => void {
  const subscription = listen(nc, statusSubject(pipeline), (message) => {
    const question = statusQuestion(parseJson(message.data))
    const status = answer(question)
    if (question.what === undefined || question.what === status.what)
      respondInParts(nc, message, JSON.stringify(status))
  })
  return () => subscription.unsubscribe()
}
