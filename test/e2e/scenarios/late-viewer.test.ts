import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { startDaffi } from '../../support/daffi.js'
import { temporaryFixture } from '../../support/temporary.js'

test('a second viewer that starts late gets the frames from then on', async () => {
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'late.yaml', '--only', 'process1,process2', '--json'], { cwd })
  await up.waitForLine(/process2 .*first frame 320x240/)
  const late = startDaffi(['node', '--name', 'process3', '-f', 'late.yaml'], { cwd })
  await late.waitForLine(/first frame 320x240/)
  up.kill('SIGINT')
  const { exitCode, stdout, stderr } = await up.exited
  expect(exitCode, stderr).toBe(0)
  const [stream] = (JSON.parse(stdout) as PipelineResult).streams
  const { process2, process3 } = stream?.receivers ?? {}
  expect(process2?.offered).toBe(stream?.items)
  expect(process3?.offered).toBeGreaterThan(0)
  expect(process3?.offered).toBeLessThan(stream?.items ?? 0)
  for (const receiver of [process2, process3]) {
    const { offered, processed, dropped, failed, lost } = receiver ?? {}
    expect(receiver).toMatchObject({ state: 'finished', failed: 0, lost: 0 })
    expect(offered).toBe((processed ?? 0) + (dropped ?? 0) + (failed ?? 0) + (lost ?? 0))
  }
})
