import type { Msg, NatsConnectionImpl } from '@nats-io/transport-node'
import { refusalOf } from './permissions.js'
import { isNotMade, isReservation, noRoom } from './store-room.js'

const ASK_TIMEOUT_MS = 5000

/** Makes requests fail with daffi's codes where a permission is missing, or the server has no room for what it is to keep. */
export function explainRefusals(connection: NatsConnectionImpl, url: string): void {
  const request = connection.request.bind(connection)
  const { inboxPrefix } = connection.options
  const ask = async (subject: string, question: string): Promise<Uint8Array> =>
    (await request(subject, question, { timeout: ASK_TIMEOUT_MS })).data
  const reserve = async (...question: Parameters<typeof request>): Promise<Msg> => {
    let answer = await request(...question)
    if (isNotMade(answer.data)) answer = await request(...question)
    const refused = await noRoom(question[0], question[1], answer.data, ask)
    if (refused) throw refused
    return answer
  }
  connection.request = (...question) =>
    (isReservation(question[0]) ? reserve : request)(...question).catch((error: unknown) => {
      throw refusalOf(error, url, inboxPrefix)?.error ?? error
    })
}
