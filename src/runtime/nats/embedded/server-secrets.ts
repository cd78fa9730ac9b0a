import { randomBytes } from 'node:crypto'
import { makeCertificate, type Certificate } from './certificate.js'

/** Values that one process of nats-server and its clients know, and nobody else. */
export interface ServerSecrets {
  token: string
  /** Certificate by which clients know the server. @default none: they look who holds its sockets */
  tls?: Certificate
}

/** How clients prove the server: by looking at who holds its sockets, or by its certificate. */
export type ServerProof = 'sockets' | 'certificate'

export function newSecrets(proof: ServerProof): ServerSecrets {
  const token = randomBytes(32).toString('base64url')
  return proof === 'sockets' ? { token } : { token, tls: makeCertificate() }
}
