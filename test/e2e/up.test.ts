import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { camera, numbers } from './pipelines.js'

test('the camera reaches two processes, and every frame is accounted for', async () => {
  const cwd = await temporaryProject(camera)
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'camera.yaml', '--duration', '2s', '--json'], {
    cwd,
  })
  const result = JSON.parse(stdout) as PipelineResult
  expect(exitCode, stderr).toBe(0)
  expect(result).toMatchObject({
    pipeline: 'camera',
    server: { embedded: true },
    nodes: {
      process1: { state: 'stopped', restarts: 0, exitCode: 0 },
      process2: { state: 'stopped', restarts: 0, exitCode: 0 },
      process3: { state: 'stopped', restarts: 0, exitCode: 0 },
    },
    calls: [],
    streams: [{ call: 'show_stream', source: 'camera', from: 'process1', delivery: 'live', error: null }],
  })
  expect(result).not.toHaveProperty('error')
  const [stream] = result.streams
  expect(stream?.items).toBeGreaterThan(20)
  expect(stream?.bytes).toBe((stream?.items ?? 0) * 160 * 120 * 3)
  expect(Object.keys(stream?.receivers ?? {}).sort()).toEqual(['process2', 'process3'])
  for (const receiver of Object.values(stream?.receivers ?? {})) {
    const { offered, processed, dropped, failed, lost } = receiver
    expect(receiver).toMatchObject({
      state: 'finished',
      attaches: 1,
      offered: stream?.items,
      failed: 0,
      lost: 0,
    })
    expect(offered).toBe(processed + dropped + failed + lost)
  }
  expect(stderr).toContain('first frame 160 120 bgr24 57600')
})

test('with its calls finished it ends, and says what each came to', async () => {
  const cwd = await temporaryProject(numbers)
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'numbers.yaml', '--json'], { cwd })
  const { calls, streams } = JSON.parse(stdout) as PipelineResult
  expect(exitCode, stderr).toBe(0)
  expect(calls).toHaveLength(3)
  expect(calls).toEqual(
    expect.arrayContaining([
      { node: 'sender', call: 'add', modifier: 'FG', value: 3, error: null },
      {
        node: 'sender',
        call: 'whoami',
        modifier: 'BROADCAST',
        value: { one: 'one', two: 'two' },
        error: null,
      },
      { node: 'sender', call: 'note', modifier: 'NO_RETURN', value: null, error: null },
    ]),
  )
  const finished = { state: 'finished', offered: 1000, processed: 1000, dropped: 0, failed: 0, lost: 0 }
  expect(streams).toMatchObject([
    { source: 'numbers', delivery: 'lossless', items: 1000, receivers: { one: finished, two: finished } },
  ])
  expect(stderr).toMatch(/^one +\| all 1000 in order$/m)
  expect(stderr).toMatch(/^two +\| noted hello$/m)
})

test('a person sees lines with the node before them, no escape codes in a pipe, and a summary', async () => {
  const cwd = await temporaryProject(numbers)
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'numbers.yaml'], { cwd, env: { CI: '1' } })
  expect(exitCode, stderr).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).not.toContain('\u001b')
  expect(stdout).toMatch(
    /^daffi +\| numbers on nats-server \d.* at nats:\/\/127\.0\.0\.1:\d+: sender, one, two$/m,
  )
  expect(stdout).toMatch(/^sender \| ready$/m)
  expect(stdout).toContain('✔ sender called add (FG): 3')
  expect(stdout).toMatch(/✔ sender streamed numbers to collect \(lossless\): 1,000 items/)
  expect(stdout).toMatch(/^ {2}one +shm +finished +1,000 offered +1,000 processed/m)
})

test('a node starts when those it depends on are ready', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: order
callbacks: ./callbacks
nodes:
  third: { callbacks: [hi], depends_on: [second] }
  second: { callbacks: [hi], depends_on: [first] }
  first: { callbacks: [hi] }
`,
    'callbacks/hi.ts': `export default () => 'hi'`,
  })
  const up = startDaffi(['up'], { cwd })
  await up.waitForLine(/^third +\| ready/)
  up.kill('SIGTERM')
  const { exitCode, stdout } = await up.exited
  const states = stdout.split('\n').filter((line) => /\| (starting|ready)$/.test(line))
  expect(states.map((line) => line.replace(/ +\| /, ' '))).toEqual([
    'first starting',
    'first ready',
    'second starting',
    'second ready',
    'third starting',
    'third ready',
  ])
  expect(exitCode).toBe(0)
})

test('--only starts some nodes, and knows the replicas by their common name', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: some
callbacks: ./callbacks
nodes:
  caller: { calls: [{ call: hi }] }
  worker: { callbacks: [hi], replicas: 2, depends_on: [caller] }
`,
    'callbacks/hi.ts': `export default () => 'hi'`,
  })
  const { exitCode, stdout } = await runDaffi(['up', '--only', 'worker', '--duration', '1ms', '--json'], {
    cwd,
  })
  expect(exitCode).toBe(0)
  expect(Object.keys((JSON.parse(stdout) as PipelineResult).nodes)).toEqual(['worker-1', 'worker-2'])

  const wrong = await runDaffi(['up', '--only', 'workers', '--json'], { cwd })
  expect(wrong.exitCode).toBe(2)
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    error: { code: 'DAFFI_USAGE', message: 'some has no node workers; it has caller, worker-1, worker-2' },
  })
})

test('lines of several nodes are never torn, whatever they hold', async () => {
  const lines = 400
  const cwd = await temporaryProject({
    'pipeline.yaml': `
name: talk
callbacks: ./callbacks
nodes:
  caller: { calls: [{ call: talk, modifier: BROADCAST, wait_for: [left, right] }] }
  left: { callbacks: [talk], env: { SIGN: é } }
  right: { callbacks: [talk], env: { SIGN: 🎥 } }
`,
    'callbacks/talk.ts': `
export default async () => {
  const text = process.env.SIGN!.repeat(3000)
  for (let n = 0; n < ${lines}; n++) {
    const bytes = Buffer.from(\`<\${text}>\\n\`)
    process.stdout.write(bytes.subarray(0, 1001))
    await new Promise(setImmediate)
    process.stdout.write(bytes.subarray(1001))
  }
}
`,
  })
  const { exitCode, stdout } = await runDaffi(['up'], { cwd })
  expect(exitCode).toBe(0)
  const said = stdout.split('\n').filter((line) => /[<>]/.test(line))
  expect(said).toHaveLength(2 * lines)
  expect(new Set(said)).toEqual(
    new Set([`left   | <${'é'.repeat(3000)}>`, `right  | <${'🎥'.repeat(3000)}>`]),
  )
})
