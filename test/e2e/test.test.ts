import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryPipelines, temporaryProject, writeFiles } from '../support/temporary.js'
import { camera, endless, numbers } from './pipelines.js'
import { waitUntil } from '../support/wait.js'

interface Printed {
  passed: number
  failed: number
  tests: { name: string; passed: boolean; output: string[]; failures: Record<string, unknown>[] }[]
}

/** In MessagePack a small number is the byte of that value. */
const HASH = createHash('sha256')
  .update(Buffer.from(Array.from({ length: 20 }, (_, index) => index + 1)))
  .digest('hex')
const TESTS = `pipeline: numbers.yaml
tests:
  - name: all is well
    sources: { numbers: { kind: module, module: ./numbers.js, args: { last: 20 } } }
    mocks: { note: { returns: null }, add: { throws: out of order } }
    expect:
      streams: { collect: { items: 20, lost: 0, receivers: [one, two], frames: { count: 20, hash: ${HASH} } } }
      calls: [{ call: note, times: 1, args: [hello] }, { call: collect, times: 40 }]
      results: [{ call: whoami, to: two, equals: two }]
`
const FAILING = `pipeline: numbers.yaml
tests:
  - name: nothing is right
    expect:
      streams: { collect: { items: 999, receivers: [one] } }
      calls: [{ call: note, times: 0 }]
      results: [{ call: add, args: [1, 2], equals: 4 }]
      logs: { one: { match: all 1000 in order } }
`

test('the tests of the pipelines that come with daffi', async () => {
  const cwd = await temporaryPipelines()
  const posted: unknown[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      posted.push([request.method, request.headers['content-type'], body])
      // The first one is refused, and sent again.
      response.writeHead(posted.length === 1 ? 503 : 204).end()
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const env = { ALERT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
  const { exitCode, stdout, stderr } = await runDaffi(['test'], { cwd, env })
  expect(exitCode, stdout + stderr).toBe(0)
  const alert = { text: 'FRAGILE', score: 0.9, source: 'camera', item: 7, time: 1000 }
  expect(posted).toEqual(Array(2).fill(['POST', 'application/json', alert]))
  expect(stdout).toMatch(/^✓ .* \(\d+\.\d s\)$/m)
  expect(stdout).toMatch(/^\d+ tests passed, 0 failed$/m)
})

test('what fails is told with its place, what was expected and what there was', async () => {
  const cwd = await temporaryProject({ ...numbers, 'good.test.yaml': TESTS, 'bad.test.yaml': FAILING })
  const args = ['test', 'good.test.yaml', 'bad.test.yaml', '--junit', 'reports/junit.xml', '--json']
  const { exitCode, stdout, stderr } = await runDaffi(args, { cwd })
  expect(exitCode, stderr).toBe(1)
  const { passed, failed, tests } = JSON.parse(stdout) as Printed
  expect(tests[0]).toMatchObject({ name: 'all is well', failures: [], passed: true })
  expect([passed, failed]).toEqual([1, 1])
  expect(tests[1]?.failures).toMatchObject([
    { path: 'tests[0].expect.streams.collect.items', line: 5, column: 36, expected: 999, actual: 1000 },
    { path: 'tests[0].expect.streams.collect.receivers', expected: ['one'], actual: ['one', 'two'] },
    { path: 'tests[0].expect.calls[0]', expected: { times: 0 }, actual: { times: 1 } },
    { path: 'tests[0].expect.results[0].equals', expected: 4, actual: 3 },
  ])
  expect(tests[1]?.output).toContain('one | all 1000 in order')
  const xml = await readFile(join(cwd, 'reports/junit.xml'), 'utf8')
  expect(xml).toContain('<testsuites tests="2" failures="1"')
  expect(xml).toContain('<failure message="items of collect">')
})

test('what up has recorded of a camera is a source for tests, the same to the byte', async () => {
  const source = 'device: test, size: 160x120, fps: 30'
  const cwd = await temporaryProject({
    ...camera,
    'camera.yaml': camera['camera.yaml'].replace(source, `${source}, frames: 12`),
  })
  const up = await runDaffi(['up', 'camera.yaml', '--record', 'recorded'], { cwd })
  expect(up.exitCode, up.stderr).toBe(0)
  const again = await runDaffi(['up', 'camera.yaml', '--record', 'recorded', '--json'], { cwd })
  expect(again.exitCode).toBe(2)
  expect(again.stdout).toContain('holds a recording of camera already')
  const frames = await readFile(join(cwd, 'recorded/camera/items.bin'))
  expect(frames.length).toBe(12 * 160 * 120 * 3)
  const hash = createHash('sha256').update(frames).digest('hex')
  await writeFiles(cwd, {
    'camera.test.yaml': `pipeline: camera.yaml
tests:
  - name: recorded
    sources: { camera: { kind: recording, path: recorded/camera } }
    expect: { streams: { show_stream: { items: 12, dropped: 0, frames: { count: 12, hash: ${hash} } } } }
`,
  })
  const { exitCode, stdout } = await runDaffi(['test', 'camera.test.yaml'], { cwd })
  expect(exitCode, stdout).toBe(0)
})

test('a source without an end is told by the limit, a faulty file by 78, and Ctrl-C leaves nothing behind', async () => {
  const cwd = await temporaryProject({
    ...endless(`import { writeFileSync } from 'node:fs'
export default (_n) => writeFileSync('begun', '')`),
    'pipeline.test.yaml':
      'pipeline: pipeline.yaml\ntests: [{ name: ends, timeout: 3s, expect: { logs: { worker: { match: done } } } }]\n',
    'faulty.test.yaml': 'pipeline: pipeline.yaml\ntests: [{ name: ends, mocks: { wrk: { returns: 1 } } }]\n',
    'long.test.yaml': 'pipeline: pipeline.yaml\ntests: [{ name: ends, timeout: 60s }]\n',
  })
  const [late, faulty, none] = await Promise.all([
    runDaffi(['test', 'pipeline.test.yaml'], { cwd }),
    runDaffi(['test', 'faulty.test.yaml', 'pipeline.yaml'], { cwd }),
    runDaffi(['test', 'pipeline.yaml', '--json'], { cwd }),
  ])
  expect(late.exitCode, late.stderr).toBe(1)
  expect(late.stdout).toMatch(/not done after 3 s: .*writer (is not ready|has not finished work)/)
  expect(late.stdout).toContain('a line of worker')
  expect(faulty.exitCode).toBe(78)
  expect(faulty.stderr).toContain('did you mean work?')
  expect([none.exitCode, JSON.parse(none.stdout)]).toMatchObject([2, { error: { code: 'DAFFI_NO_TESTS' } }])
  await rm(join(cwd, 'begun'), { force: true })
  const long = startDaffi(['test', 'long.test.yaml'], { cwd })
  await waitUntil(() => existsSync(join(cwd, 'begun')))
  long.kill('SIGINT')
  expect(await long.exited).toMatchObject({ exitCode: 130 })
})

test('with --watch, each change of a file gives new results, and a file with a fault is waited for', async () => {
  const tests = (of: string): string =>
    `pipeline: p.yaml\ntests: [{ name: sum, expect: { results: [{ call: add, args: [1, 2], ${of} }] } }]\n`
  const cwd = await temporaryProject({
    'p.yaml': 'name: p\ncallbacks: ./callbacks\nnodes: { one: { callbacks: [add] } }\n',
    'callbacks/add.js': 'export default (a, b) => a + b',
    'p.test.yaml': tests('equals: 4'),
  })
  const watching = startDaffi(['test', 'p.test.yaml', '--watch', '-t', 'SUM'], { cwd })
  await watching.waitForLine(/^0 tests passed, 1 failed$/)
  await watching.waitForLine(/^Waiting for changes/)
  await writeFiles(cwd, { 'p.test.yaml': tests('equal: 3') })
  await watching.waitForLine(/did you mean equals/)
  await writeFiles(cwd, { 'p.test.yaml': tests('equals: 3') })
  await watching.waitForLine(/^1 test passed, 0 failed$/)
  watching.kill('SIGINT')
  expect(await watching.exited).toMatchObject({ exitCode: 0 })
})
