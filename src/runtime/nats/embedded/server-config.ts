import { join } from 'node:path'
import { MIB } from '../../core/bytes.js'
import type { ServerSecrets } from './server-secrets.js'

/** The largest `max_payload`, in bytes, that nats-server accepts without a warning. Larger payloads go in parts. */
const MAX_PAYLOAD = 8 * MIB
const MAX_LOG_BYTES = 1_000_000
/** Long, since a client process that starts together with many others is slow to authenticate. */
const AUTH_TIMEOUT_S = 30

/** Paths of the embedded server's files, all in the project's `.daffi`, which has mode 0700. */
export interface ServerFiles {
  /** Configuration file, mode 0600 since it contains the token. */
  config: string
  /** Files of the server's certificate and its private key, if it has one. */
  certificate: string
  key: string
  log: string
  pid: string
  /** Folder into which the server writes its ports once it is ready. */
  ports: string
  /** Folder of JetStream's files. */
  store: string
  /** File with the port of the last start. */
  lastPort: string
}

/** @param folder the project's `.daffi` */
export function serverFiles(folder: string): ServerFiles {
  return {
    config: join(folder, 'nats-server.conf'),
    certificate: join(folder, 'nats-server.crt'),
    key: join(folder, 'nats-server.key'),
    log: join(folder, 'nats-server.log'),
    pid: join(folder, 'nats-server.pid'),
    ports: join(folder, 'nats-server.ports'),
    store: join(folder, 'jetstream'),
    lastPort: join(folder, 'nats-server.port'),
  }
}

/**
 * Configuration of the embedded server. It is JSON, which nats-server reads as well, and in which every path is quoted safely.
 * @param port -1 makes the server choose a free one
 */
export function serverConfig(
  files: ServerFiles,
  { port, token, tls }: ServerSecrets & { port: number },
): string {
  return JSON.stringify(
    {
      host: '127.0.0.1',
      port,
      authorization: { token, timeout: AUTH_TIMEOUT_S },
      // Undefined is left out.
      tls: tls && {
        cert_file: files.certificate,
        key_file: files.key,
        handshake_first: true,
        timeout: AUTH_TIMEOUT_S,
      },
      max_payload: MAX_PAYLOAD,
      jetstream: { store_dir: files.store },
      pid_file: files.pid,
      ports_file_dir: files.ports,
      log_file: files.log,
      logfile_size_limit: MAX_LOG_BYTES,
      logfile_max_num: 2,
    },
    null,
    2,
  )
}
