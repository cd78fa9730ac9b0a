import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FG, Global, NO_RETURN } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { startDaffi, type RunningDaffi } from '../support/daffi.js'
import { waitUntilGone } from '../support/leaks.js'
import { fileServer } from '../support/file-server.js'
import { temporaryProject } from '../support/temporary.js'

interface Callbacks {
  block: () => void
  wait: () => string
}

const files = {
  'pipeline.yaml': `
name: signals
callbacks: ./callbacks
sources:
  stuck: { kind: module, module: ./stuck.js }
nodes:
  worker: { callbacks: [block, wait] }
  writer:
    calls: [{ call: take, source: stuck, modifier: STREAM }]
  taker: { callbacks: [take] }
`,
  // Without keeping a processor busy, for all the time that such a node is given. It has started a process that takes no signal.
  'callbacks/block.js': `
import { spawn } from 'node:child_process'
spawn('sh', ['-c', 'trap "" TERM INT HUP; while :; do sleep 0.1; done'], { stdio: 'inherit' })
export default () => {
  console.log('blocks')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
`,
  'callbacks/take.js': `export default (_item) => {}`,
  'callbacks/wait.js': `
import { once } from 'node:events'
import { watch } from 'node:fs'
export default async () => {
  const answer = once(watch('answers'), 'change')
  console.log('waits')
  await answer
  return 'answered'
}
`,
  'stuck.js': `
export default function* stuck() {
  console.log('stuck')
  for (;;);
}
`,
}

interface Run {
  cwd: string
  run: (...args: string[]) => RunningDaffi
  g: Global<Callbacks>
}

/** A server, a folder to run commands in, and a caller beside them. */
async function project(): Promise<Run> {
  const server = await fileServer()
  const cwd = await temporaryProject(files)
  const run = (...args: string[]): RunningDaffi =>
    startDaffi([...args, '--server', server], { cwd, ownGroup: true })
  const g = await Global.connect<Callbacks>({ server, pipeline: 'signals' })
  onTestFinished(() => g.close())
  return { cwd, run, g }
}

/** A node that is at a call which never returns, nor lets anything else happen. */
async function blocked(): Promise<Pick<Run, 'cwd'> & { node: RunningDaffi }> {
  const { cwd, run, g } = await project()
  const node = run('node', '--name', 'worker')
  await g.waitFunction('block')
  await g.call.block().with(NO_RETURN)
  await node.waitForLine(/^worker +\| blocks/)
  return { cwd, node }
}

test('a node whose callback never returns is ended some time after Ctrl-C', async () => {
  const { cwd, node } = await blocked()
  node.interrupt()
  const { exitCode, stdout, stderr } = await node.exited
  expect(exitCode, stderr).toBe(0)
  expect(stdout).toMatch(/^worker +\| did not leave within 15 s, and is killed$/m)
  expect(await waitUntilGone(cwd, 1000)).toEqual([])
})

test('a second Ctrl-C ends it at once', async () => {
  const { cwd, node } = await blocked()
  node.interrupt()
  await node.waitForLine(/ending/)
  node.interrupt()
  const { exitCode, stdout } = await node.exited
  expect(exitCode).toBe(130)
  expect(stdout).not.toMatch(/did not leave/)
  expect(await waitUntilGone(cwd, 1000)).toEqual([])
})

test('when daffi node is killed, neither its node nor what that has started outlives it for long', async () => {
  const { cwd, node } = await blocked()
  node.kill('SIGKILL')
  await node.exited
  expect(await waitUntilGone(cwd, 3000)).toEqual([])
})

test('a source that never yields does not keep daffi stream from ending', async () => {
  const { cwd, run } = await project()
  const taker = run('node', '--name', 'taker')
  const stream = run('stream', 'stuck')
  await Promise.all([taker.waitForLine(/^taker +\| ready/), stream.waitForLine(/^writer +\| stuck/)])
  stream.interrupt()
  await stream.waitForLine(/ending/)
  stream.interrupt()
  expect((await stream.exited).exitCode).toBe(130)
  taker.interrupt()
  expect((await taker.exited).exitCode).toBe(0)
  expect(await waitUntilGone(cwd, 1000)).toEqual([])
})

test('a call that runs at Ctrl-C is finished, and answered', async () => {
  const { cwd, run, g } = await project()
  await mkdir(join(cwd, 'answers'))
  const node = run('node', '--name', 'worker')
  await g.waitFunction('wait')
  const answer = g.call.wait().with(FG({ timeout: 0 }))
  await node.waitForLine(/^worker +\| waits/)
  node.interrupt()
  await node.waitForLine(/ending/)
  await writeFile(join(cwd, 'answers', 'now'), '')
  expect(await answer).toBe('answered')
  expect((await node.exited).exitCode).toBe(0)
})
