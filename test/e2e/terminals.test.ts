import { expect, test } from 'vitest'
import type { NodeRunResult, StreamSummary } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { camera, endless, numbers } from './pipelines.js'

const FILE = ['-f', 'camera.yaml']

test.each([
  ['receivers first', ['process2', 'process3', 'camera']],
  ['the source in between', ['process3', 'camera', 'process2']],
  ['the source first', ['camera', 'process2', 'process3']],
])('three terminals, %s', async (_, order) => {
  const cwd = await temporaryProject(camera)
  const start = (what: string) =>
    what === 'camera'
      ? startDaffi(['stream', 'camera', 'camera.yaml', '--duration', '1s', '--json'], { cwd })
      : startDaffi(['node', '--name', what, 'camera.yaml'], { cwd })
  const running: Record<string, ReturnType<typeof start>> = {}
  for (const what of order) {
    running[what] = start(what)
    const sign = what === 'camera' ? /process1 +\| ready/ : /waiting for a server|ready/
    await running[what].waitForLine(order[0] === 'camera' && what === 'camera' ? /waits for process3/ : sign)
  }

  const streamed = await running.camera?.exited
  expect(streamed?.exitCode, streamed?.stderr).toBe(0)
  const { items, receivers } = JSON.parse(streamed?.stdout ?? '') as StreamSummary
  expect(items).toBeGreaterThan(10)
  expect(Object.keys(receivers).sort()).toEqual(['process2', 'process3'])
  for (const receiver of Object.values(receivers)) {
    expect(receiver).toMatchObject({ state: 'finished', offered: items, failed: 0, lost: 0 })
    expect(receiver.processed + receiver.dropped).toBe(items)
  }
  const nodes = [running.process2, running.process3]
  for (const node of nodes) node?.kill('SIGINT')
  for (const node of nodes) {
    const ended = await node?.exited
    expect(ended?.exitCode, ended?.stderr).toBe(0)
    expect(ended?.stdout).toContain('first frame 160 120')
  }
})

test('a node without callbacks ends when its calls have', async () => {
  const cwd = await temporaryProject(numbers)
  const env = { DAFFI_PIPELINE: 'numbers.yaml' }
  const others = startDaffi(['up', '--only', 'one,two'], { cwd, env })
  await others.waitForLine(/^two +\| ready/)
  const { exitCode, stdout, stderr } = await runDaffi(['node', '--name', 'sender', '--json'], { cwd, env })
  const result = JSON.parse(stdout) as NodeRunResult
  expect(exitCode, stderr).toBe(0)
  expect(result).toMatchObject({
    pipeline: 'numbers',
    node: 'sender',
    streams: [{ items: 1000, error: null }],
  })
  expect(result.calls).toContainEqual({ node: 'sender', call: 'add', modifier: 'FG', value: 3, error: null })
})

test('a name that is taken is refused, with the host and pid of its holder', async () => {
  const cwd = await temporaryProject(camera)
  const up = startDaffi(['up', 'camera.yaml', '--only', 'process2'], { cwd })
  await up.waitForLine(/^process2 +\| ready/)
  const { exitCode, stdout } = await runDaffi(['node', '--name', 'process2', ...FILE, '--json'], { cwd })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'DAFFI_DUPLICATE_NAME', message: expect.stringMatching(/process \d+ on host/) as string },
  })
})

test('a node gives up waiting for a server when its time is over, and ends quietly on Ctrl-C', async () => {
  const cwd = await temporaryProject(camera)
  const late = await runDaffi(['node', '--name', 'process2', ...FILE, '--timeout', '200ms', '--json'], {
    cwd,
  })
  expect(late.exitCode).toBe(1)
  expect(JSON.parse(late.stdout)).toMatchObject({ error: { code: 'DAFFI_NO_SERVER' } })

  const patient = startDaffi(['node', '--name', 'process2', ...FILE], { cwd })
  await patient.waitForLine(/waiting for a server/)
  patient.kill('SIGINT')
  expect(await patient.exited).toMatchObject({ exitCode: 0, stderr: '' })
})

test('stream needs a source that one node uses, or to be told which node', async () => {
  const cwd = await temporaryProject({
    ...camera,
    'camera.yaml': camera['camera.yaml'].replace(
      'process2: {',
      'spare: { calls: [{ call: show_stream, source: camera, modifier: STREAM }] }\n  process2: {',
    ),
  })
  const refuse = async (...args: string[]) => {
    const { exitCode, stdout } = await runDaffi(['stream', ...args, ...FILE, '--json'], { cwd })
    expect(exitCode).toBe(2)
    return (JSON.parse(stdout) as { error: { message: string; next: string } }).error
  }
  expect(await refuse('camera')).toMatchObject({
    message: 'several nodes stream camera: process1, spare',
    next: expect.stringContaining('--node') as string,
  })
  expect(await refuse('camra')).toMatchObject({ next: 'Did you mean camera?' })
  expect((await refuse('camera', '--node', 'process2')).message).toBe(
    'no call of process2 uses the source camera',
  )
})

test('stream is refused the name of a node that is there already', async () => {
  const cwd = await temporaryProject(endless(`export default (n) => console.log('item', n)`))
  const up = startDaffi(['up'], { cwd })
  await up.waitForLine(/item \d+$/)
  const { exitCode, stdout } = await runDaffi(['stream', 'ticks', '--json'], { cwd })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_DUPLICATE_NAME' } })
})

test('a node in the foreground ends when its code throws outside of any call', async () => {
  const cwd = await temporaryProject(
    endless(`export default (_n) => {}
setTimeout(() => Promise.reject(new TypeError('nobody awaits this')), 500)
`),
  )
  const up = startDaffi(['up', '--only', 'writer'], { cwd })
  await up.waitForLine(/^writer +\| ready/)
  const { exitCode, stderr } = await runDaffi(['node', '--name', 'worker'], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(
    /✖ code of worker threw outside of any call: TypeError: nobody awaits this \(.*work\.js:2\)/,
  )
})

test('a node that was taken for dead, and replaced, ends when it comes back to life', async () => {
  const cwd = await temporaryProject({
    ...camera,
    'callbacks/show_stream.js': `export default (_frame) => {}\nconsole.log('process', process.pid)`,
  })
  const others = startDaffi(['up', 'camera.yaml', '--only', 'process3'], { cwd })
  await others.waitForLine(/^process3 +\| ready/)
  const first = startDaffi(['node', '--name', 'process2', ...FILE], { cwd })
  const [pid] = /\d+$/.exec(await first.waitForLine(/^process2 +\| process \d+$/)) ?? []
  await first.waitForLine(/^process2 +\| ready/)
  process.kill(Number(pid), 'SIGSTOP')
  const second = startDaffi(['node', '--name', 'process2', ...FILE], { cwd })
  await second.waitForLine(/^process2 +\| ready/)
  process.kill(Number(pid), 'SIGCONT')
  const { exitCode, stderr } = await first.exited
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/✖ the name "process2" was taken over by process \d+ .*\(DAFFI_NAME_LOST\)/)
})
