import { DaffiError } from '../errors.js'

/** Paths of PEM files. An empty object means TLS with the system's certificate authorities. */
export interface TlsOptions {
  /** Certificate authorities that sign the server's certificate. @default the system's */
  ca?: string
  /** Certificate of the client. @default none */
  cert?: string
  /** Private key of `cert`. @default none */
  key?: string
}

/**
 * A server as one place names it (the command line with its environment, a pipeline file, a program), together with the
 * credentials that this place gives for it. Choices are never mixed, so credentials reach no server that they were not given for.
 */
export interface ServerChoice {
  /** One URL or several, separated by commas; may contain user and password, or a token. @default the project's own server */
  url?: string
  token?: string
  /** Path of a NATS credentials file. */
  credentials?: string
  tls?: TlsOptions
}

/** Values of flags and variables, or of options in their place. */
interface NamedServer {
  url: string | undefined
  token: string | undefined
  credentials: string | undefined
  ca: string | undefined
  cert: string | undefined
  key: string | undefined
}

/**
 * Makes a choice of single values. Empty text, as of a variable that is set to nothing, counts as absent.
 * @param names what certificate and key are given by, for the error message
 * @throws DaffiError DAFFI_USAGE when a server is named, and only one of certificate and key is given
 */
export function serverChoice(
  { url, token, credentials, ca, cert, key }: NamedServer,
  names: { cert: string; key: string } = { cert: 'NATS_CERT', key: 'NATS_KEY' },
): ServerChoice {
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  if (url) assertKeyPair(tls, names)
  return {
    ...(url && { url }),
    ...(token && { token }),
    ...(credentials && { credentials }),
    ...(Object.keys(tls).length > 0 && { tls }),
  }
}

/**
 * Checks that a client's certificate has its private key.
 * @param names what each is given by, for the error message
 * @throws DaffiError DAFFI_USAGE
 */
export function assertKeyPair({ cert, key }: TlsOptions, names: { cert: string; key: string }): void {
  if ((cert === undefined) === (key === undefined)) return
  const [given, missing] = key === undefined ? [names.cert, names.key] : [names.key, names.cert]
  throw new DaffiError('DAFFI_USAGE', `${given} needs ${missing}`, {
    next: `Give both or neither: a client's certificate, and its private key.`,
  })
}
