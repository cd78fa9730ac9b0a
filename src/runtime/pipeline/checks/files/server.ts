import { readFile } from 'node:fs/promises'
import { DaffiError, messageOf } from '../../../core/errors.js'
import { parseServerUrl } from '../../../core/text/server-url.js'
import { pemFault } from '../../../core/text/pem-fault.js'
import type { Diagnostics } from '../../diagnose/diagnostics.js'
import { resolveFrom } from '../../read/file-paths.js'
import type { ServerEntry } from '../../schema/server.js'
import { checkFile } from './sources.js'

const PAIR = { cert: 'key', key: 'cert' } as const

/** Checks the URL and the files that `server` names, and that a client's certificate has its key. */
export async function checkServer(
  { url, credentials, tls = {} }: Partial<ServerEntry>,
  folder: string,
  diagnostics: Diagnostics,
): Promise<void> {
  if (url) checkUrl(url, diagnostics)
  if (credentials) await checkFile(folder, credentials, ['server', 'credentials'], diagnostics)
  for (const kind of ['ca', 'cert', 'key'] as const) {
    const name = tls[kind]
    const path = ['server', 'tls', kind]
    if (!name || !(await checkFile(folder, name, path, diagnostics))) continue
    const fault = await readFile(resolveFrom(folder, name)).then(
      (pem) => pemFault(kind, pem),
      (error: unknown) => `cannot be read (${messageOf(error)})`,
    )
    if (fault !== undefined) diagnostics.add({ code: 'DAFFI_BAD_VALUE', message: `${name} ${fault}`, path })
  }
  for (const kind of ['cert', 'key'] as const) {
    if (!tls[kind] || tls[PAIR[kind]]) continue
    const message = `is there without ${PAIR[kind]}: a client's certificate and its private key are needed together`
    diagnostics.add({ code: 'DAFFI_BAD_VALUE', message: `${kind} ${message}`, path: ['server', 'tls', kind] })
  }
}

function checkUrl(url: string, diagnostics: Diagnostics): void {
  try {
    parseServerUrl(url)
  } catch (error) {
    if (!(error instanceof DaffiError)) throw error
    const message = `${error.message}. ${error.next}`
    diagnostics.add({ code: 'DAFFI_BAD_VALUE', message, path: ['server', 'url'] })
  }
}
