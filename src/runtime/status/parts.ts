import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { randomId } from '../core/names.js'
import { payloadLimit } from '../nats/index.js'

/** Header of an answer that is larger than a message: its id, the number of the part, and that of all parts. */
const PART = 'Daffi-Part'
const FORM = /^([\w-]{1,64}) (\d{1,6}) (\d{1,6})$/
/** More than the status of anything needs; whoever answers is not to fill this process's memory. */
const MAX_BYTES = 16 * 1024 * 1024

/** Answers a request, in as many messages as the server's max_payload makes necessary. */
export function respondInParts(nc: NatsConnection, message: Msg, text: string): void {
  const payload = Buffer.from(text)
  const limit = payloadLimit(nc)
  if (payload.length <= limit) {
    message.respond(payload)
    return
  }
  const id = randomId()
  const count = Math.ceil(payload.length / limit)
  for (let part = 0; part < count; part++) {
    const header = headers()
    header.set(PART, `${id} ${part} ${count}`)
    message.respond(payload.subarray(part * limit, (part + 1) * limit), { headers: header })
  }
}

/** Puts the answers of many participants together, each of which may come in parts. */
export class PartJoiner {
  readonly #answers = new Map<string, Uint8Array[]>()
  #bytes = 0

  /** @returns the whole answer; undefined until its last part has come, which each participant sends last */
  add({ data, headers: header }: Msg): Uint8Array | undefined {
    const part = FORM.exec(header?.get(PART) ?? '')
    if (!part) return data
    const [, id = '', number, count] = part
    const parts = this.#answers.get(id) ?? []
    this.#answers.set(id, parts)
    this.#bytes += data.length
    if (parts.length !== Number(number) || this.#bytes > MAX_BYTES) return undefined
    parts.push(data)
    return parts.length === Number(count) ? Buffer.concat(parts) : undefined
  }
}
