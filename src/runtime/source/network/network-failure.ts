import { messageOf } from '../../core/errors.js'
import { BadPictures } from '../contract/size.js'

/** Codes of the failures between daffi and a network camera. */
type FailureCode = 'DAFFI_SOURCE_UNREACHABLE' | 'DAFFI_SOURCE_DENIED' | 'DAFFI_SOURCE_FAILED'

/** Failure between daffi and a network camera; where the source and its frames are known it becomes a DaffiError. */
export class NetworkFailure extends Error {
  readonly code: FailureCode
  /** Advice for the user, where the code's own does not fit. */
  readonly next: string | undefined

  constructor(code: FailureCode, message: string, next?: string) {
    super(message)
    this.code = code
    this.next = next
  }
}

/** Codes of Node's and OpenSSL's errors about certificates (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE =
  /CERT|SELF_SIGNED|LEAF_SIGNATURE|ISSUER|INVALID_CA|CRL|PATH_LENGTH|INVALID_PURPOSE|HOSTNAME/
const UNREACHABLE = /^(E(CONN\w+|PIPE|TIMEDOUT|HOST\w+|NET\w+)|ENOTFOUND|EAI_\w+)$/

/** The failure behind an error of a connection to `host`. */
export function connectionFailure(host: string, error: unknown): NetworkFailure {
  if (error instanceof NetworkFailure) return error
  if (error instanceof BadPictures) return new NetworkFailure('DAFFI_SOURCE_FAILED', error.message)
  const { code = '' } = error as NodeJS.ErrnoException
  if (/^(ENOTFOUND|EAI_\w+)$/.test(code)) {
    return new NetworkFailure('DAFFI_SOURCE_UNREACHABLE', `the host ${host} is not known (${code})`)
  }
  if (UNREACHABLE.test(code)) {
    return new NetworkFailure('DAFFI_SOURCE_UNREACHABLE', `${host} cannot be reached, or broke off (${code})`)
  }
  if (CERTIFICATE.test(code)) {
    return new NetworkFailure(
      'DAFFI_SOURCE_DENIED',
      `the certificate of ${host} is not trusted: ${messageOf(error)} (${code})`,
      "Name the file of the camera's certificate, or of its issuer, in tls: { ca } of the source, and write in url the host that it was issued for; tls: { insecure: true } accepts any certificate, and so anybody in the camera's place.",
    )
  }
  return new NetworkFailure('DAFFI_SOURCE_FAILED', `${host}: ${messageOf(error)}`)
}

/** The failure that a status of HTTP or RTSP (400 and more) means. */
export function statusFailure(
  host: string,
  status: number,
  reason: string,
  hasUser: boolean,
): NetworkFailure {
  const answer = `${host} answers ${status} ${reason}`.trim()
  if (status !== 401 && status !== 403) return new NetworkFailure('DAFFI_SOURCE_FAILED', answer)
  const why = hasUser ? 'it rejects user and password' : 'it requires user and password'
  return new NetworkFailure('DAFFI_SOURCE_DENIED', `${answer}: ${why}`)
}
