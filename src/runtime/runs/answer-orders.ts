import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError, toErrorRecord } from '../core/errors.js'
import { parseJson } from '../core/message/parse-json.js'
import { listen, passOver } from '../nats/index.js'
import { isRunOrder } from './forms.js'
import { controlSubject, type OrderAnswer, type RunOrder } from './messages.js'

const NO_ORDER = 'it is no order to a run'

/**
 * Answers orders to a run.
 * @param obey begins to carry out an order, and gives the names of the nodes that it concerns; what it throws is the answer
 * @returns a function that ends it
 */
export function answerOrders(
  nc: NatsConnection,
  pipeline: string,
  run: string,
  obey: (order: RunOrder) => string[],
): () => void {
  const subject = controlSubject(pipeline, run)
  const answer = (data: Uint8Array): OrderAnswer => {
    const order = parseJson(data)
    try {
      if (!isRunOrder(order)) {
        passOver(nc, subject, NO_ORDER)
        throw new DaffiError('DAFFI_BAD_MESSAGE', NO_ORDER)
      }
      return { nodes: obey(order) }
    } catch (error) {
      return { error: toErrorRecord(error) }
    }
  }
  const subscription = listen(nc, subject, (message) => {
    message.respond(JSON.stringify(answer(message.data)))
  })
  return () => subscription.unsubscribe()
}
