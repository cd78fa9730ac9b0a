import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { endless } from './pipelines.js'

/** Dies in the middle of the third item, but only in its first process. */
const diesOnce = `
import { existsSync, writeFileSync } from 'node:fs'
const again = existsSync('died')
export default (n) => {
  if (again) return console.log('again', n)
  if (n < 3) return
  writeFileSync('died', '')
  process.exit(3)
}
`

test('a receiver that dies is started again, and keeps its one entry', async () => {
  const cwd = await temporaryProject(endless(diesOnce))
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^worker \| restarting \(1\): worker ended with exit code 3/)
  await up.waitForLine(/^worker \| again/)
  up.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await up.exited
  const { nodes, streams } = JSON.parse(stdout) as PipelineResult
  expect(nodes).toMatchObject({ worker: { state: 'stopped', restarts: 1, exitCode: 0 } })
  expect(streams).toHaveLength(1)
  const receiver = streams[0]?.receivers.worker
  expect(receiver).toMatchObject({ attaches: 2, state: 'finished' })
  const { offered = 0, processed = 0, dropped = 0, failed = 0, lost = 0 } = receiver ?? {}
  expect(offered).toBe(processed + dropped + failed + lost)
  expect(lost).toBeGreaterThan(0)
  expect(exitCode, stderr).toBe(0)
})

test('a writer that dies leaves what it had streamed in the result, and streams anew', async () => {
  const files = endless('export default (_n) => {}')
  const cwd = await temporaryProject({
    ...files,
    'pipeline.yaml': (files['pipeline.yaml'] ?? '').replace('delivery: live', 'delivery: lossless'),
    'ticks.js': `
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
export default async function* ticks() {
  for (let n = 1; n <= 10; n++) {
    await delay(100)
    if (n === 8 && !existsSync('died')) {
      writeFileSync('died', '')
      process.kill(process.pid, 'SIGKILL')
    }
    yield n
  }
}
`,
  })
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { error, nodes, streams } = JSON.parse(stdout) as PipelineResult
  expect(nodes, stderr).toMatchObject({ writer: { state: 'stopped', restarts: 1 } })
  expect(streams).toMatchObject([
    {
      from: 'writer',
      error: { code: 'DAFFI_WRITER_DIED', message: expect.stringContaining('SIGKILL') as string },
    },
    { from: 'writer', error: null, items: 10, receivers: { worker: { processed: 10 } } },
  ])
  expect(streams[0]?.items).toBeGreaterThan(0)
  expect(error).toMatchObject({ code: 'DAFFI_WRITER_DIED' })
  expect(exitCode).toBe(1)
})

test('with restart: no a node that dies has failed, and the others are stopped', async () => {
  const cwd = await temporaryProject(
    endless('export default (_n) => process.exit(7)', { receiver: ', restart: "no"' }),
  )
  const { exitCode, stdout } = await runDaffi(['up', '--json'], { cwd })
  const { error, nodes } = JSON.parse(stdout) as PipelineResult
  expect(exitCode).toBe(1)
  expect(error).toMatchObject({ code: 'DAFFI_NODE_DIED', message: 'worker ended with exit code 7' })
  expect(nodes).toEqual({
    writer: { state: 'stopped', restarts: 0, exitCode: 0 },
    worker: { state: 'failed', restarts: 0, exitCode: 7 },
  })
})

test('with restart: no a node that dies has failed also when the stream to it was the last call of the run', async () => {
  const cwd = await temporaryProject({
    'package.json': '{}',
    'pipeline.yaml': `name: last
sources: { one: { kind: module, module: ./one.js } }
nodes:
  writer:
    restart: no
    calls: [{ call: work, source: one, modifier: STREAM, wait_for: [worker] }]
  worker: { callbacks: [work], restart: no }
`,
    'one.js': 'export default [1]',
    'callbacks/work.js': 'export default (_n) => process.exit(3)',
  })
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { error, nodes } = JSON.parse(stdout) as PipelineResult
  expect(error).toMatchObject({ code: 'DAFFI_NODE_DIED', message: 'worker ended with exit code 3' })
  expect(nodes.worker).toMatchObject({ state: 'failed', exitCode: 3 })
  expect(stderr).toMatch(/^worker \| failed: worker ended with exit code 3$/m)
  expect(exitCode).toBe(1)
})

test('a node that dies while the run ends says how', async () => {
  const cwd = await temporaryProject({
    'package.json': '{}',
    'pipeline.yaml': 'name: end\nnodes: { worker: { callbacks: [work] } }\n',
    'callbacks/till.js': 'export class Till {\n  work() {}\n  close() { process.exit(5) }\n}\n',
  })
  const up = startDaffi(['up'], { cwd })
  await up.waitForLine(/^worker \| ready/)
  up.kill('SIGTERM')
  const { stdout } = await up.exited
  expect(stdout).toMatch(/^worker \| stopped: worker ended with exit code 5$/m)
})

test('a node that dies again and again has failed at its fifth restart', async () => {
  const cwd = await temporaryProject(
    endless(`export default (_n) => {}
setTimeout(() => { throw new RangeError('out of hand') }, 1)
`),
  )
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json', '--only', 'worker'], { cwd })
  const { error, nodes } = JSON.parse(stdout) as PipelineResult
  expect(exitCode).toBe(1)
  expect(nodes).toEqual({ worker: { state: 'failed', restarts: 5, exitCode: 1 } })
  expect(error?.code).toBe('DAFFI_UNCAUGHT')
  expect(error?.message).toMatch(
    /^code of worker threw outside of any call: RangeError: out of hand \(.*work\.js:2\)/,
  )
  expect(stderr).toMatch(/^worker \| failed: code of worker threw/m)
})

test('a module that throws on import fails its node at once, and is named with its line', async () => {
  const cwd = await temporaryProject(endless(`\nthrow new Error('no licence')\nexport default (_n) => {}`))
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { error, nodes } = JSON.parse(stdout) as PipelineResult
  expect(exitCode).toBe(1)
  expect(nodes).toMatchObject({ worker: { state: 'failed', restarts: 0, exitCode: 1 } })
  expect(error?.code).toBe('DAFFI_MODULE_FAILED')
  expect(error?.message).toMatch(/callbacks\/work\.js:2: no licence/)
  expect(stderr).not.toMatch(/^worker +\| ready/m)
  expect(stderr).not.toMatch(/^ +at /m)
})
