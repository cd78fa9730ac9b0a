import { createPrivateKey, X509Certificate } from 'node:crypto'
import { messageOf } from '../errors.js'

/** Why the text of a PEM file cannot be used as a certificate, or as a private key; undefined when it can be. */
export function pemFault(kind: 'ca' | 'cert' | 'key', pem: Buffer): string | undefined {
  try {
    if (kind === 'key') createPrivateKey(pem)
    else new X509Certificate(pem)
    return undefined
  } catch (error) {
    return `holds no ${kind === 'key' ? 'private key' : 'certificate'} in PEM form (${messageOf(error)})`
  }
}
