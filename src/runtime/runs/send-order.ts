import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError, fromErrorRecord } from '../core/errors.js'
import { parseJson } from '../core/message/parse-json.js'
import { isNoResponders } from '../nats/index.js'
import { isOrderAnswer } from './forms.js'
import { controlSubject, type OrderAnswer, type RunOrder } from './messages.js'

/** Time for an answer, which comes at once from a supervisor that is not stopped. */
const ANSWER_MS = 5000

/**
 * Sends an order to a run.
 * @returns names of the nodes that it concerns; the order is carried out from now on
 * @throws DaffiError DAFFI_NO_RUN when nobody answers, DAFFI_BAD_MESSAGE, and what the run refuses the order with
 */
export async function sendOrder(
  nc: NatsConnection,
  pipeline: string,
  run: string,
  order: RunOrder,
): Promise<string[]> {
  const answer = await ask(nc, controlSubject(pipeline, run), order)
  if ('error' in answer) throw fromErrorRecord(answer.error)
  return answer.nodes
}

async function ask(nc: NatsConnection, subject: string, order: RunOrder): Promise<OrderAnswer> {
  let data: Uint8Array
  try {
    ;({ data } = await nc.request(subject, JSON.stringify(order), { timeout: ANSWER_MS }))
  } catch (error) {
    const why = isNoResponders(error) ? 'is not there any more' : 'does not answer'
    throw new DaffiError('DAFFI_NO_RUN', `the run ${subject.split('.').at(-1) ?? ''} ${why}`, {
      cause: error,
    })
  }
  const answer = parseJson(data)
  if (isOrderAnswer(answer)) return answer
  throw new DaffiError('DAFFI_BAD_MESSAGE', 'what a run has answered makes no sense')
}
