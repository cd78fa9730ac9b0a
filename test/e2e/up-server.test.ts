import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { endless, sayEveryTenth } from './pipelines.js'
import { waitFor } from '../support/wait.js'

/** Kills the project's server, once it is another one than `before`. */
async function killServer(cwd: string, before?: number): Promise<number> {
  const { pid } = await waitFor(async () => {
    const state = JSON.parse(await readFile(join(cwd, '.daffi', 'server.json'), 'utf8')) as { pid: number }
    expect(state.pid).not.toBe(before)
    return state
  })
  process.kill(pid, 'SIGKILL')
  return pid
}

test('a live stream goes on when the server dies and comes back', async () => {
  const cwd = await temporaryProject(endless(sayEveryTenth))
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/item \d+$/)
  await killServer(cwd)
  await up.waitForLine(/nats-server died and is restarted/)
  await up.waitForLine(/^worker \| the NATS server is back/)
  await up.waitForLine(/item \d+$/, 15)
  up.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await up.exited
  const { streams, nodes } = JSON.parse(stdout) as PipelineResult
  expect(exitCode, stderr).toBe(0)
  expect(nodes).toMatchObject({ writer: { restarts: 0 }, worker: { restarts: 0 } })
  expect(streams).toMatchObject([{ error: null, receivers: { worker: { state: 'finished' } } }])
  const { offered = 0, processed = 0, dropped = 0, failed = 0, lost = 0 } = streams[0]?.receivers.worker ?? {}
  expect(offered).toBe(processed + dropped + failed + lost)
})

test('when the server is beyond keeping, up ends with its error', async () => {
  const cwd = await temporaryProject(endless(sayEveryTenth))
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/item \d+$/)
  let killed: number | undefined
  for (let deaths = 1; deaths <= 6; deaths++) killed = await killServer(cwd, killed)
  const { exitCode, stdout } = await up.exited
  expect(exitCode).toBe(1)
  expect((JSON.parse(stdout) as PipelineResult).error).toMatchObject({ code: 'DAFFI_SERVER_FAILED' })
})
