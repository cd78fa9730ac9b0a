import { DaffiError } from '../../core/errors.js'
import { isCount, isText, mapOf, orAbsent } from '../../core/message/forms.js'
import { parseJson } from '../../core/message/parse-json.js'

/** JetStream's answer to a record that was published. */
export interface PubAck {
  /** Sequence of the record. */
  seq?: number
  error?: PublishError
}

/** Reads JetStream's answer; one that is none is a refusal without a reason. */
export function pubAckOf(answer: Uint8Array): PubAck {
  const ack = parseJson(answer)
  return isPubAck(ack) ? ack : {}
}

const isPubAck = mapOf<PubAck>({
  seq: orAbsent(isCount),
  error: orAbsent(mapOf<PublishError>({ code: isCount, err_code: isCount, description: isText })),
})

interface PublishError {
  /** Status as in HTTP. */
  code: number
  err_code: number
  description: string
}

export function refused(error?: PublishError): DaffiError {
  const reason = error?.description ?? 'no reason given'
  return new DaffiError('DAFFI_SERVER_FAILED', `the server refused to store: ${reason}`)
}
