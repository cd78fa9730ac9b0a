import { join } from 'node:path'

/** The most that nats-server takes without warning; a request larger than that has to be streamed. */
const MAX_PAYLOAD = 8 * 1024 * 1024
const LOG_BYTES = 1_000_000
/** A process that starts together with many others is slow to answer. */
const AUTH_S = 30

/** Where the embedded server's files lie; all in the project's `.daffi`, which is 0700. */
export interface ServerFiles {
  /** 0600, for it holds the token. */
  config: string
  log: string
  pid: string
  /** Folder into which the server writes which ports it got, once it is ready. */
  ports: string
  store: string
  /** The port of last time. */
  lastPort: string
}

export function serverFiles(folder: string): ServerFiles {
  return {
    config: join(folder, 'nats-server.conf'),
    log: join(folder, 'nats-server.log'),
    pid: join(folder, 'nats-server.pid'),
    ports: join(folder, 'nats-server.ports'),
    store: join(folder, 'jetstream'),
    lastPort: join(folder, 'nats-server.port'),
  }
}

/**
 * The embedded server's configuration, written as JSON, which nats-server reads too and which no path can break out of.
 * @param port -1 lets the server choose a free one
 */
export function serverConfig(files: ServerFiles, { port, token }: { port: number; token: string }): string {
  return JSON.stringify(
    {
      host: '127.0.0.1',
      port,
      authorization: { token, timeout: AUTH_S },
      max_payload: MAX_PAYLOAD,
      jetstream: { store_dir: files.store },
      pid_file: files.pid,
      ports_file_dir: files.ports,
      log_file: files.log,
      logfile_size_limit: LOG_BYTES,
      logfile_max_num: 2,
    },
    null,
    2,
  )
}
