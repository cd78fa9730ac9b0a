import { expect, test } from 'vitest'
import { readState } from '../../src/runtime/nats/index.js'
import { startDaffi } from '../support/daffi.js'
import { IS_ROOT, startStranger } from '../support/stranger.js'
import { temporaryProject } from '../support/temporary.js'
import { endless, sayEveryTenth } from './pipelines.js'

test.skipIf(!IS_ROOT)(
  'nodes tell nothing to another user who takes the port of their server, and go on with the next',
  async () => {
    const cwd = await temporaryProject(endless(sayEveryTenth))
    const first = startDaffi(['server'], { cwd })
    await first.waitForLine(/nats:\/\//)
    // A node of its own waits for the next server, where `up` would run it.
    const writer = startDaffi(['node', '--name', 'writer'], { cwd })
    const worker = startDaffi(['node', '--name', 'worker'], { cwd })
    await worker.waitForLine(/item \d+$/)
    const { url = '', token } = readState(cwd) ?? {}
    const stranger = await startStranger(Number(new URL(url).port))
    // Without any clean-up, as in a power cut: the state file stays.
    first.kill('SIGKILL')
    await stranger.listening
    await worker.waitForLine(/DAFFI_SERVER_UNPROVEN/)
    const second = startDaffi(['server'], { cwd })
    await second.waitForLine(/nats:\/\//)
    await worker.waitForLine(/the NATS server is back/)
    await worker.waitForLine(/item \d+$/, 15)
    expect(stranger.connections()).toBeGreaterThan(0)
    expect(stranger.heard()).toBe('')
    expect(readState(cwd)?.token).not.toBe(token)
    for (const node of [writer, worker]) {
      node.kill('SIGTERM')
      expect((await node.exited).exitCode).toBe(0)
    }
    second.kill('SIGINT')
    expect((await second.exited).exitCode).toBe(0)
  },
)
