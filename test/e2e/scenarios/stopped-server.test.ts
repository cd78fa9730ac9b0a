import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { startDaffi } from '../../support/daffi.js'
import { processesOf } from '../../support/leaks.js'
import { temporaryProject } from '../../support/temporary.js'
import { endless } from '../pipelines.js'

/** Time for draining, for the last word of each node, and for the server's own end, on a busy machine. */
const LIMIT_MS = 27_000

test('Ctrl-C while the server stands still: every step is bounded, and the account is complete', async () => {
  const files = endless(`export default (n) => { if (n === 20) console.log('twenty') }`)
  const cwd = await temporaryProject({
    ...files,
    'pipeline.yaml': (files['pipeline.yaml'] ?? '').replace('delivery: live', 'delivery: lossless'),
  })
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^worker \| twenty/)
  const server = processesOf(cwd).find(
    ({ command }) => /nats-server\S* /.test(command) && !/ sh /.test(command),
  )
  process.kill(server?.pid ?? 0, 'SIGSTOP')
  const begun = performance.now()
  up.kill('SIGINT')
  const { exitCode, stdout, stderr } = await up.exited
  expect(performance.now() - begun).toBeLessThan(LIMIT_MS)
  expect(stderr).not.toMatch(/did not leave/)
  const { streams } = JSON.parse(stdout) as PipelineResult
  const { offered, processed = 0, lost = 0, state } = streams[0]?.receivers.worker ?? {}
  expect(state).not.toBe('attached')
  expect(offered).toBe(processed + lost)
  expect(exitCode, stderr).toBe(lost > 0 ? 1 : 0)
})
