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
