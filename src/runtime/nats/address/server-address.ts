/** Files, in PEM. An empty object asks for TLS with the system's certificates. */
export interface TlsOptions {
  /** Certificate authorities. */
  ca?: string
  /** The client's own certificate. */
  cert?: string
  /** The key of `cert`. */
  key?: string
}

/** All that a client needs to connect. It holds secrets: it goes to daffi's own processes by IPC, never into a log. */
export interface ServerAddress {
  /** One URL, or several with commas between them, without user, password or token. */
  url: string
  token?: string
  user?: string
  password?: string
  /** Path of a NATS credentials file. */
  credentials?: string
  tls?: TlsOptions
  /** The project whose embedded server this is; its state file is read again at every reconnect. */
  project?: string
}

/** What may be told about a server. */
export interface ServerInfo {
  /** Without secrets. */
  url: string
  /** Run by daffi, in this process or another. */
  embedded: boolean
  version: string
}
