import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { ffmpegWith } from '../../support/ffmpeg.js'
import { startDaffi } from '../../support/daffi.js'
import { waitUntilGone } from '../../support/leaks.js'
import { temporaryFixture } from '../../support/temporary.js'

const BREAKS = ['SIGKILL', 'SIGKILL', 'SIGSTOP', 'SIGKILL', 'SIGKILL'] as const

test('a camera that is killed or hangs five times is five gaps, and no end', async () => {
  const FPS = String(20 + Math.random())
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'camera.yaml', '--json'], { cwd, env: { FPS } })
  await up.waitForLine(/camera: \d+ frames/)
  const seen = new Set<number>()
  for (const [index, signal] of BREAKS.entries()) {
    const pids = await ffmpegWith(`rate=${FPS}`)
    expect(pids).toHaveLength(1)
    for (const pid of pids) {
      expect(seen).not.toContain(pid)
      seen.add(pid)
      process.kill(pid, signal)
    }
    await up.waitForLine(/source camera: is back after/, index + 1)
  }
  up.kill('SIGINT')
  const { exitCode, stdout } = await up.exited
  expect(exitCode).toBe(0)
  const { streams } = JSON.parse(stdout) as PipelineResult
  expect(streams).toMatchObject([{ gaps: 5, error: null, delivery: 'live' }])
  for (const receiver of Object.values(streams[0]?.receivers ?? {})) {
    expect(receiver).toMatchObject({ state: 'finished', attaches: 1, lost: 0, failed: 0 })
    expect(receiver.offered).toBe(streams[0]?.items)
    expect(receiver.processed + receiver.dropped).toBe(receiver.offered)
  }
  expect(await waitUntilGone(`rate=${FPS}`)).toEqual([])
})
