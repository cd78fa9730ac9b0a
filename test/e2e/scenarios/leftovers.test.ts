import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startDaffi, type RunningDaffi } from '../../support/daffi.js'
import { streamNames } from '../../support/jetstream.js'
import { waitUntilGone } from '../../support/leaks.js'
import { fileServer } from '../../support/file-server.js'
import { temporaryFixture } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

/** How long what is left of a run may take to end; the issue's own figure for a parent that was killed. */
const SOON_MS = 3000

interface Way {
  args?: string[]
  env?: Record<string, string>
  /** Ends the command, once it runs; absent when it ends by itself. */
  end?: (up: RunningDaffi) => Promise<void> | void
  exitCode: number | undefined
}

const firstFrame = (up: RunningDaffi): Promise<string> => up.waitForLine(/first frame/)

const WAYS: Record<string, Way> = {
  success: { args: ['--duration', '1s'], exitCode: 0 },
  failure: { args: ['--duration', '1s'], env: { WHAT: 'throw' }, exitCode: 1 },
  'Ctrl-C': {
    end: async (up) => {
      await firstFrame(up)
      up.interrupt()
    },
    exitCode: 0,
  },
  'Ctrl-C twice, with a callback that hangs': {
    env: { WHAT: 'hang' },
    end: async (up) => {
      await firstFrame(up)
      up.interrupt()
      await up.waitForLine(/ending/)
      up.interrupt()
    },
    exitCode: 130,
  },
  'SIGKILL of the parent': {
    end: async (up) => {
      await firstFrame(up)
      up.kill('SIGKILL')
    },
    exitCode: undefined,
  },
}

test.each(Object.entries(WAYS))(
  'nothing is left behind after %s',
  async (_, { args = [], env = {}, end, exitCode }) => {
    const cwd = await temporaryFixture('scenarios')
    const temporary = join(cwd, 'temporary')
    await mkdir(temporary)
    const up = startDaffi(['up', 'leftovers.yaml', ...args], {
      cwd,
      env: { ...env, TMPDIR: temporary },
      ownGroup: true,
    })
    await end?.(up)
    const exited = await up.exited
    expect(exited.exitCode, exited.stderr).toBe(exitCode)
    expect(await waitUntilGone(cwd, SOON_MS)).toEqual([])
    expect(await readdir(temporary)).toEqual([])
  },
)

test('nothing is left behind after SIGKILL of the parent, with ffmpeg waiting for a dead RTSP host', async () => {
  const cwd = await temporaryFixture('scenarios')
  const host = await deadHost()
  const env = { SOURCE: 'dead', RTSP: `rtsp://127.0.0.1:${host.port}/none` }
  const up = startDaffi(['up', 'leftovers.yaml'], { cwd, env })
  await host.called
  up.kill('SIGKILL')
  await up.exited
  expect(await waitUntilGone(cwd, SOON_MS)).toEqual([])
})

test.each(['success', 'failure', 'Ctrl-C', 'SIGKILL of the parent'])(
  "after %s nothing is left on a server that is not daffi's own",
  async (name) => {
    const { args = [], env = {}, end } = WAYS[name] ?? {}
    const url = await fileServer()
    const cwd = await temporaryFixture('scenarios')
    const up = startDaffi(['up', 'leftovers.yaml', '--server', url, ...args], { cwd, env, ownGroup: true })
    await end?.(up)
    await up.exited
    await waitUntil(async () => (await streamNames(url)).length === 0, { timeout: SOON_MS, interval: 100 })
  },
)

/** A host that takes connections and then says nothing. */
async function deadHost(): Promise<{ port: number; called: Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1')
  const called = once(server, 'connection')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, called }
}
