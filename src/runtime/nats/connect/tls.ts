import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls'
import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { TlsOptions } from '../../core/plan/server-choice.js'
import { pemFault } from '../../core/text/pem-fault.js'

type ClientTls = NonNullable<NodeConnectionOptions['tls']> & Pick<ConnectionOptions, 'checkServerIdentity'>

/** The name that Node compares with the certificate when it knows none: the client names no host that is an IP address. */
const NO_NAME = 'localhost'

/**
 * TLS options of the client, which reads the files again at every connect.
 * @param url one or several, separated by commas
 * @throws DaffiError DAFFI_SERVER_TLS when a file cannot be used
 */
export async function clientTls({ ca, cert, key }: TlsOptions, url: string): Promise<ClientTls> {
  if (ca !== undefined) await checkFile('ca', ca)
  if (cert !== undefined) await checkFile('cert', cert)
  if (key !== undefined) await checkFile('key', key)
  return {
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(cert === undefined ? {} : { certFile: cert }),
    ...(key === undefined ? {} : { keyFile: key }),
    checkServerIdentity: identityCheck(url.split(',').map((each) => new URL(each).hostname)),
  }
}

async function checkFile(kind: keyof TlsOptions, file: string): Promise<void> {
  const fault = await readFile(file).then(
    (pem) => pemFault(kind, pem),
    (error: unknown) => `cannot be read (${messageOf(error)})`,
  )
  if (fault !== undefined) throw new DaffiError('DAFFI_SERVER_TLS', `${file} ${fault}`)
}

/** Compares the certificate with the name of the server, or with the IP addresses of the URLs when the client names no host. */
export function identityCheck(hosts: string[]) {
  const addresses = hosts.map((host) => host.replace(/^\[|\]$/g, '')).filter((host) => isIP(host) !== 0)
  return (host: string, certificate: PeerCertificate): Error | undefined => {
    const names = host === NO_NAME && !hosts.includes(NO_NAME) ? addresses : [host]
    const faults = names.map((name) => checkServerIdentity(name, certificate))
    return faults.includes(undefined) ? undefined : (faults[0] ?? new Error('the server has no name'))
  }
}

/** The fault of a TLS connection, in the words of its error; undefined for an error of another kind. */
export function tlsFault(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || isVerification(code)) return cause.message
  return /does not support 'tls'|'tls' is not available/.test(cause.message)
    ? cause.message
    : tlsFault(cause.cause)
}

/** Whether a code is one of OpenSSL's reasons not to trust a certificate. */
function isVerification(code: string): boolean {
  return /CERT|CRL|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(code)
}
