import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

/** Callbacks whose processes are all unwell, each in its own way. Those that mend leave a file, and are well in a later process. */
const files = {
  'pipeline.yaml': `
name: ward
callbacks: ./callbacks
nodes:
  boss:
    restart: "no"
    calls:
      - { call: block, modifier: { FG: { timeout: 0 } } }
      - { call: answer, modifier: { FG: { timeout: 0 } } }
      - { call: never, to: late }
      - { call: answer, wait_for: [hungry] }
  blocked: { callbacks: [block], restart: { delay: 10ms }, health: { blocked: 2s } }
  again: { callbacks: [answer], restart: { policy: always, delay: 10ms, max_delay: 10ms } }
  late: { callbacks: [never], restart: "no", on_failure: isolate, health: { startup: 100ms } }
  hungry: { callbacks: [eat], restart: "no", on_failure: isolate, env: { NODE_OPTIONS: --max-old-space-size=24 } }
  behind: { callbacks: [answer], depends_on: [hungry], on_failure: isolate }
`,
  'callbacks/block.js': `
import { existsSync, writeFileSync } from 'node:fs'
export default function block() {
  if (existsSync('blocked')) return 'blocked no more'
  writeFileSync('blocked', '')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
`,
  'callbacks/answer.js': `
import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync('starts', '.')
if (readFileSync('starts', 'utf8').length < 3) process.exit(7)
export default () => 'answered'
`,
  'callbacks/never.js': `
await new Promise(() => setInterval(() => {}, 1000))
export default () => {}
`,
  'callbacks/eat.js': `
const eaten = []
for (;;) eaten.push(new Array(10_000).fill(eaten.length))
export default () => {}
`,
}

test('nodes that block, are late, crash or are out of memory are started again, or left alone, with their cause', async () => {
  const cwd = await temporaryProject(files)
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { error, nodes, calls } = JSON.parse(stdout) as PipelineResult
  expect(stderr).toMatch(/^blocked \| restarting \(1\): blocked was blocked for 2 s$/m)
  expect(stderr).toMatch(/^late +\| failed: late never became ready within 100 ms: /m)
  expect(stderr).toMatch(/^hungry +\| failed: hungry ran out of memory$/m)
  expect(stderr).toMatch(/^again +\| restarting \(2\): again ended with exit code 7$/m)
  expect(stderr).toMatch(/^behind +\| failed: behind depends on hungry, which has failed: hungry ran out/m)
  expect(stderr).toMatch(/^boss +\| warn: answer does not wait for hungry, which has failed: hungry ran out/m)
  expect(nodes).toMatchObject({
    boss: { state: 'stopped', restarts: 0 },
    blocked: { state: 'stopped', restarts: 1, exitCode: 0 },
    again: { state: 'stopped', restarts: 2, exitCode: 0 },
    late: { state: 'failed', restarts: 0 },
    hungry: { state: 'failed', restarts: 0 },
    behind: { state: 'failed', restarts: 0, exitCode: null },
  })
  const outcomes = calls.map(({ call, value, error: failure }) => [call, value ?? failure?.message])
  expect(outcomes.sort()).toEqual([
    ['answer', 'answered'],
    ['answer', 'answered'],
    ['block', 'node "blocked" died before it answered "block"'],
    ['never', expect.stringMatching(/^never is only for late, which has failed: late never became ready/)],
  ])
  expect(error).toMatchObject({ code: 'DAFFI_NODE_DIED' })
  expect(exitCode, stderr).toBe(1)
})
