import { lookup } from 'node:dns/promises'
import { DaffiError } from '../core/errors.js'
import { portError } from '../core/process/port-error.js'
import { readSecretFile, secretFault } from '../core/ownership/secret-file.js'
import { readCertificate, type Certificate, type CertificateFiles } from './certificate.js'
import { isLoopback } from './programs/visit.js'

/** How the viewer is reached, and by whom. */
export interface ViewerReach {
  /** Port; undefined for any free one. */
  port: number | undefined
  /** Address of this machine, or a name of one. @default 127.0.0.1 */
  host?: string | undefined
  /** Path of a file with the password by which those may look who have not the printed URL. @default there is none */
  passwordFile?: string | undefined
  /** Paths of the PEM files of a certificate and its private key. @default HTTP without TLS */
  https?: CertificateFiles | undefined
  /** Whether orders are taken from the page. */
  control: boolean
}

/** The same after its files are read and its host is looked up. */
export interface PreparedViewer {
  port: number | undefined
  /** Host as it was given. */
  host: string
  /** IP address of the host. */
  address: string
  password: string | undefined
  tls: (Certificate & { files: CertificateFiles }) | undefined
  control: boolean
}

const LOOPBACK = '127.0.0.1'
/** The password is of one line. */
const PASSWORD = /^[^\r\n]{8,512}$/

/**
 * Reads and checks what a viewer needs, before anything is started for it.
 * @throws DaffiError DAFFI_NO_PASSWORD, DAFFI_BAD_PASSWORD, DAFFI_BAD_CERTIFICATE; DAFFI_PORT_TAKEN for a host that has no address
 */
export async function prepareViewer(reach: ViewerReach): Promise<PreparedViewer> {
  const { port, host = LOOPBACK, passwordFile, https, control } = reach
  const address = await addressOf(host)
  const password = passwordFile === undefined ? undefined : readPassword(passwordFile)
  if (password === undefined && !isLoopback(address))
    throw new DaffiError(
      'DAFFI_NO_PASSWORD',
      `the viewer would be reached from other machines, at ${host}, and no password is set`,
    )
  const tls = https && { ...(await readCertificate(https)), files: https }
  return { port, host, address, password, tls, control }
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (error) {
    throw portError(error, `${host} has no address`)
  }
}

function readPassword(path: string): string {
  let text: string
  try {
    text = readSecretFile(path)
  } catch (error) {
    throw new DaffiError('DAFFI_BAD_PASSWORD', `${path} cannot be used: ${secretFault(error)}`, {
      cause: error,
    })
  }
  const password = text.replace(/\r?\n$/, '')
  if (PASSWORD.test(password)) return password
  throw new DaffiError('DAFFI_BAD_PASSWORD', `${path} does not hold 8 to 512 characters in one line`)
}
