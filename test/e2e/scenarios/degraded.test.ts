import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { startDaffi, type RunningDaffi } from '../../support/daffi.js'
import { temporaryProject } from '../../support/temporary.js'

/** Ticks to a worker, whose callback each test writes. */
const files = (work: string, stream = '', { writer = '' } = {}): Record<string, string> => ({
  'pipeline.yaml': `
name: degraded
callbacks: ./callbacks
sources:
  ticks: { kind: module, module: ./ticks.js }
nodes:
  writer:
    calls: [{ call: work, source: ticks, modifier: { STREAM: {${stream}} }, wait_for: [worker] }]${writer}
  worker: { callbacks: [work] }
`,
  'ticks.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* ticks(_, { signal }) {
  for (let n = 1; !signal.aborted; n++) {
    await delay(20)
    yield n
  }
}
`,
  'callbacks/work.js': work,
})

/** Throws at the third item and some time later, or soon after: a live stream drops any when its receiver gets no turn for a while. */
const throwsTwice = `
let next = 3
export default (n) => {
  if (next > 53 && n >= 60) console.log('sixty')
  if (n < next) return
  next = n + 50
  throw new RangeError('cannot take ' + n)
}
`

async function stop(up: RunningDaffi): Promise<PipelineResult & { exitCode: number | undefined }> {
  up.kill('SIGTERM')
  const { exitCode, stdout } = await up.exited
  return { ...(JSON.parse(stdout) as PipelineResult), exitCode }
}

/** Asks the viewer, which `up --view` serves, until the condition is met. */
async function probe(
  up: RunningDaffi,
  path: string,
  until: number,
): Promise<{ status: number; body: unknown }> {
  const line = await up.waitForLine(/watch it at http/)
  const { origin, hash } = new URL(/http\S+/.exec(line)?.[0] ?? '')
  for (;;) {
    const answer = await fetch(`${origin}${path}?${hash.slice(1)}`)
    const body = await answer.json()
    if (answer.status === until) return { status: answer.status, body }
    await delay(100)
  }
}

test('a live stream goes on after an exception, which is logged with its stack where it was thrown', async () => {
  const cwd = await temporaryProject(files(throwsTwice, ' delivery: live '))
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^worker \| warn: "work" threw at item \d+: RangeError: cannot take \d+$/)
  await up.waitForLine(/^worker \| +at .*work\.js:7/)
  await up.waitForLine(/^worker \| sixty/)
  const { exitCode, streams } = await stop(up)
  expect(streams).toMatchObject([{ error: null, receivers: { worker: { state: 'finished' } } }])
  expect(streams[0]?.receivers.worker?.failed).toBeGreaterThanOrEqual(2)
  expect(exitCode).toBe(0)
})

test('on_error: stop ends the receiver: logged on both nodes, and the writer is degraded in the viewer and for probes', async () => {
  const cwd = await temporaryProject(files(throwsTwice, ' delivery: live, on_error: stop '))
  const up = startDaffi(['up', '--json', '--view'], { cwd })
  await up.waitForLine(
    /^worker \| error: "work" threw at item \d+, and gets no more items: RangeError: cannot take \d+$/,
  )
  await up.waitForLine(
    /^writer \| work: worker stopped: "work" threw at item \d+: RangeError: cannot take \d+ \(.*work\.js:7\) \(DAFFI_REMOTE\)$/,
  )
  await up.waitForLine(/^writer \| degraded$/)
  const problem = {
    node: 'writer',
    state: 'degraded',
    call: 'work',
    code: 'DAFFI_REMOTE',
    message: expect.stringMatching(
      /^worker stopped: "work" threw at item \d+: RangeError: cannot take \d+ \(.*work\.js:7\)$/,
    ) as string,
  }
  expect(await probe(up, '/readyz', 503)).toMatchObject({ body: { ok: false, problems: [problem] } })
  expect(await probe(up, '/healthz', 200)).toMatchObject({ body: { ok: true } })
  const { exitCode, nodes, error } = await stop(up)
  expect(nodes).toMatchObject({ writer: { state: 'stopped' }, worker: { state: 'stopped' } })
  expect(error).toMatchObject({ code: 'DAFFI_STREAM_FAILED' })
  expect(exitCode).toBe(1)
})

const diesOnce = `
import { existsSync, writeFileSync } from 'node:fs'
let count = 0
const again = existsSync('died')
export default (n) => {
  if (again) return ++count === 5 && console.log('five more')
  if (n < 3) return
  writeFileSync('died', '')
  process.exit(3)
}
`

test('a lossless stream whose only receiver dies flows again when that is back, and says what was lost with it', async () => {
  const cwd = await temporaryProject(files(diesOnce, ' delivery: lossless '))
  const up = startDaffi(['up', '--json', '--view'], { cwd })
  await up.waitForLine(/^writer \| degraded/)
  await up.waitForLine(/^worker \| five more/)
  await up.waitForLine(/^writer \| ready/, 2)
  expect(await probe(up, '/readyz', 200)).toMatchObject({ body: { ok: true, problems: [] } })
  const { exitCode, streams, nodes } = await stop(up)
  expect(nodes).toMatchObject({
    writer: { state: 'stopped', restarts: 0 },
    worker: { state: 'stopped', restarts: 1 },
  })
  const { offered = 0, processed = 0, failed = 0, lost = 0, ...worker } = streams[0]?.receivers.worker ?? {}
  expect(worker).toMatchObject({ state: 'finished', attaches: 2 })
  expect(offered).toBe(processed + failed + lost)
  // The item at which the process ended, at least.
  expect(lost).toBeGreaterThan(0)
  const error = {
    code: 'DAFFI_STREAM_FAILED',
    message: expect.stringMatching(/has lost \d+ items?$/) as string,
  }
  expect(streams).toMatchObject([{ error }])
  expect(exitCode).toBe(1)
})

test('a source that fails is opened again under restart: always; else the call has failed, and the run is over', async () => {
  const source = {
    'ticks.js': `
import { existsSync } from 'node:fs'
export default function* ticks() {
  if (!existsSync('mended')) throw new Error('no such sensor')
  yield* [1, 2, 3]
}
`,
  }
  const work = 'export default (_n) => {}'
  const cwd = await temporaryProject({ ...files(work, '', { writer: '\n    restart: always' }), ...source })
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^writer \| work: .*no such sensor \(DAFFI_SOURCE_FAILED\); made again in 200 ms$/)
  await writeFile(join(cwd, 'mended'), '')
  const { exitCode, stdout, stderr } = await up.exited
  expect(exitCode, stderr).toBe(0)
  const { streams } = JSON.parse(stdout) as PipelineResult
  expect(streams).toMatchObject([{ items: 3, error: null }])

  const failing = startDaffi(['up', '--json'], { cwd: await temporaryProject({ ...files(work), ...source }) })
  const ended = await failing.exited
  expect(ended.exitCode).toBe(1)
  expect(ended.stderr).not.toContain('made again')
  expect((JSON.parse(ended.stdout) as PipelineResult).error).toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
})
