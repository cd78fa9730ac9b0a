import { createPrivateKey, X509Certificate } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { DaffiError, messageOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { isoTime } from '../core/text/iso-time.js'
import { pemFault } from '../core/text/pem-fault.js'

/** Interval at which the files are looked at: their folders may be any, and links on the way to them may change. */
const LOOK_MS = 1000
/** Time without a change after which files are read, as a renewal writes one after the other. */
const SETTLE_MS = 500

/** Paths of the PEM files of a certificate and its private key. */
export interface CertificateFiles {
  cert: string
  key: string
}

/** The contents of these files. */
export interface Certificate {
  cert: Buffer
  key: Buffer
}

/** Reads a certificate and its private key, and checks them. @throws DaffiError DAFFI_BAD_CERTIFICATE */
export async function readCertificate({ cert, key }: CertificateFiles): Promise<Certificate> {
  const [certPem, keyPem] = [await readPem('cert', cert), await readPem('key', key)]
  const certificate = new X509Certificate(certPem)
  if (!certificate.checkPrivateKey(createPrivateKey(keyPem)))
    throw badCertificate(`${key} is not the private key of ${cert}`)
  const [from = 0, to = 0] = [certificate.validFrom, certificate.validTo].map((date) => Date.parse(date))
  const now = Date.now()
  if (to < now) throw badCertificate(`${cert} has expired on ${isoTime(to)}`)
  if (from > now) throw badCertificate(`${cert} is not valid before ${isoTime(from)}`)
  return { cert: certPem, key: keyPem }
}

/**
 * Has a certificate used anew when its files have changed. One that cannot be used changes nothing, and the log says so.
 * @param used the certificate that is in use
 * @returns a function that ends it
 */
export function followCertificate(
  files: CertificateFiles,
  used: Certificate,
  { use, log }: { use: (certificate: Certificate) => void; log: Logger },
): () => void {
  const paths = [files.cert, files.key]
  let fault: string | undefined
  const read = async (): Promise<void> => {
    try {
      const certificate = await readCertificate(files)
      fault = undefined
      if (certificate.cert.equals(used.cert) && certificate.key.equals(used.key)) return
      use(certificate)
      used = certificate
      log.info(`viewer: ${files.cert} has changed, and is used from now on`)
    } catch (error) {
      if (fault !== messageOf(error))
        log.warn(`viewer: the certificate before stays in use: ${messageOf(error)}`)
      fault = messageOf(error)
    }
  }
  let settling: NodeJS.Timeout | undefined
  const onChange = (): void => {
    clearTimeout(settling)
    settling = setTimeout(() => void read(), SETTLE_MS)
  }
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, onChange)
  return () => {
    for (const path of paths) unwatchFile(path, onChange)
    clearTimeout(settling)
  }
}

async function readPem(kind: 'cert' | 'key', path: string): Promise<Buffer> {
  let pem: Buffer
  try {
    pem = await readFile(path)
  } catch (error) {
    throw badCertificate(`${path} cannot be read (${messageOf(error)})`)
  }
  const fault = pemFault(kind, pem)
  if (fault === undefined) return pem
  throw badCertificate(`${path} ${fault}`)
}

const badCertificate = (message: string): DaffiError => new DaffiError('DAFFI_BAD_CERTIFICATE', message)
