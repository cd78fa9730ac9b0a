import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { startDaffi } from '../support/daffi.js'
import { waitUntilGone } from '../support/leaks.js'
import { BIN } from '../support/paths.js'
import { temporaryProject } from '../support/temporary.js'
import { camera, endless } from './pipelines.js'

const busy = `
export default (n) => {
  if (n < 5) return
  console.log('busy')
  for (;;);
}
`

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends a run gracefully', async (signal) => {
  const cwd = await temporaryProject(camera)
  const up = startDaffi(['up', 'camera.yaml', '--json'], { cwd })
  await up.waitForLine(/^process3 +\| first frame/)
  up.kill(signal)
  const { exitCode, stdout } = await up.exited
  const { streams, nodes } = JSON.parse(stdout) as PipelineResult
  expect(exitCode).toBe(0)
  expect(Object.values(nodes)).toEqual(Array(3).fill({ state: 'stopped', restarts: 0, exitCode: 0 }))
  expect(streams).toHaveLength(1)
  for (const { state, offered, processed, dropped } of Object.values(streams[0]?.receivers ?? {})) {
    expect(state).toBe('finished')
    expect(offered).toBe(processed + dropped)
  }
})

test('a second Ctrl-C ends everything at once, even a callback in a busy loop', async () => {
  const cwd = await temporaryProject(endless(busy))
  const up = startDaffi(['up'], { cwd })
  await up.waitForLine(/^worker \| busy/)
  up.kill('SIGINT')
  await up.waitForLine(/ending/)
  up.kill('SIGINT')
  expect((await up.exited).exitCode).toBe(130)
  expect(await waitUntilGone(cwd, 1000)).toEqual([])
})

test('when up is killed, nothing of it lives for 3 s: neither server, ffmpeg nor a callback in a busy loop', async () => {
  const cwd = await temporaryProject({
    ...camera,
    'callbacks/show_stream.js': busy.replace('n < 5', 'false'),
  })
  const up = startDaffi(['up', 'camera.yaml'], { cwd })
  await up.waitForLine(/^process3 +\| busy/)
  up.kill('SIGKILL')
  await up.exited
  expect(await waitUntilGone(cwd, 3000)).toEqual([])
})

test('when nobody reads its output any more, it ends without a word', async () => {
  const cwd = await temporaryProject(endless(`export default (n) => console.log('item', n)`))
  const up = spawn(process.execPath, [BIN, 'up'], { cwd })
  const exited = once(up, 'exit')
  const stderr = text(up.stderr)
  for await (const line of createInterface(up.stdout)) if (/item 3/.test(line)) break
  up.stdout.destroy()
  expect(await exited).toEqual([0, null])
  expect(await stderr).toBe('')
})
