import { DaffiError } from '../../../core/errors.js'

/** JetStream's answer to a record that was published. */
export interface PubAck {
  /** Sequence of the record. */
  seq?: number
  error?: PublishError
}

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
