import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openServer, stderrLogger } from '../../dist/runtime/index.js'
import { readState } from '../../dist/runtime/nats/index.js'

/** Runs a server of its own for `use`, as `daffi up` does. */
export async function withServer(use) {
  const project = await mkdtemp(join(tmpdir(), 'daffi-bench-'))
  let server
  try {
    server = await openServer({ project, absent: 'run', log: stderrLogger('error') })
    const { url, token } = readState(project)
    return await use({ url, token })
  } finally {
    await server?.close()
    await rm(project, { recursive: true, force: true })
  }
}
