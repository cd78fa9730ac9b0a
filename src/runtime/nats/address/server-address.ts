import type { TlsOptions } from '../../core/plan/server-choice.js'

/** Everything that a client needs to connect. It contains secrets: it is sent to daffi's own processes by IPC, and never logged. */
export interface ServerAddress {
  /** One URL or several, separated by commas, without user, password or token. */
  url: string
  /** Token to authenticate with. @default none */
  token?: string
  /** User to authenticate with, together with `password`. @default none */
  user?: string
  password?: string
  /** Path of a NATS credentials file; it has precedence over token and user. @default none */
  credentials?: string
  /** TLS for the connection. @default TLS when the URL begins with tls:// or the server requires it */
  tls?: TlsOptions
  /** First tokens of all inboxes, which permissions on the server can name. @default the client's, `_INBOX` */
  inboxPrefix?: string
  /**
   * Folder of the project, for its embedded server, of which the address has no secrets: they, and the URL itself, are read in the
   * project's state file at every connect. @default none
   */
  project?: string
}

/** Facts about a server that may be shown and logged. */
export interface ServerInfo {
  /** The URL, without secrets. */
  url: string
  /** Whether daffi runs the server, in this process or in another one of the project. */
  embedded: boolean
  /** Version of nats-server. */
  version: string
}
