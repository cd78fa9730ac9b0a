import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../../support/daffi.js'
import { temporaryProject } from '../../support/temporary.js'

/** Three stages: the middle ones pass what they get on through a queue in a module. */
const stages = {
  'pipeline.yaml': `
name: stages
callbacks: ./callbacks
sources:
  ticks: { kind: module, module: ./ticks.js }
  seen: { kind: module, module: ./queue.js, export: items }
  read: { kind: module, module: ./queue.js, export: items }
nodes:
  tracker: { callbacks: [track] }
  reader:
    callbacks: [read]
    calls: [{ call: track, source: read, modifier: STREAM, wait_for: [tracker] }]
  gate:
    callbacks: [see]
    calls: [{ call: read, source: seen, modifier: STREAM, wait_for: [reader] }]
  camera:
    calls: [{ call: see, source: ticks, modifier: STREAM, wait_for: [gate] }]
`,
  'ticks.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* ticks() {
  for (let n = 1; ; n++) {
    await delay(2)
    yield n
  }
}
`,
  // Grows: the stages are slower one after the other, so that each queue is full of items at Ctrl-C.
  'queue.js': `
const queue = []
let wake = () => {}
export const push = (item) => {
  queue.push(item)
  wake()
}
export async function* items(_, { signal }) {
  signal.addEventListener('abort', () => wake())
  for (;;) {
    while (queue.length > 0) yield queue.shift()
    if (signal.aborted) return
    await new Promise((resolve) => (wake = resolve))
  }
}
`,
  'callbacks/see.js': `
import { push } from '../queue.js'
import { count } from '../count.js'
export default (n) => { count('see'); push(n) }
`,
  'callbacks/read.js': `
import { setTimeout as delay } from 'node:timers/promises'
import { push } from '../queue.js'
import { count } from '../count.js'
export default async (n) => { await delay(4); count('read'); push(n) }
`,
  'callbacks/track.js': `
import { setTimeout as delay } from 'node:timers/promises'
import { count } from '../count.js'
export default async (n) => {
  await delay(6)
  count('track')
  if (n === 100) console.log('a hundred')
}
`,
  'count.js': `
import { appendFileSync } from 'node:fs'
export const count = (stage) => appendFileSync(stage, '.')
`,
}

test('Ctrl-C goes through the graph: what one stage has taken the next ones take, too', async () => {
  const cwd = await temporaryProject(stages)
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^tracker +\| a hundred/)
  up.kill('SIGINT')
  const { exitCode, stdout, stderr } = await up.exited
  const counts = await Promise.all(
    ['see', 'read', 'track'].map(async (stage) => (await readFile(join(cwd, stage), 'utf8')).length),
  )
  const [taken = 0] = counts
  expect(taken).toBeGreaterThan(110)
  expect(counts).toEqual([taken, taken, taken])
  const { streams } = JSON.parse(stdout) as PipelineResult
  const processed = streams.map(({ receivers }) => Object.values(receivers)[0])
  expect(processed).toMatchObject(Array(3).fill({ state: 'finished', processed: taken, lost: 0 }))
  expect(exitCode, stderr).toBe(0)
})

test('the end of a source goes through the graph, too, and then the run is over', async () => {
  const finite = stages['ticks.js'].replace('for (let n = 1; ; n++)', 'for (let n = 1; n <= 150; n++)')
  const cwd = await temporaryProject({ ...stages, 'ticks.js': finite })
  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], { cwd })
  const { streams } = JSON.parse(stdout) as PipelineResult
  const receivers = streams.map((stream) => Object.values(stream.receivers)[0])
  expect(receivers).toMatchObject(Array(3).fill({ state: 'finished', processed: 150, lost: 0 }))
  expect(exitCode, stderr).toBe(0)
})

test('what a lossless stream loses because its time is up is counted, and the exit says it', async () => {
  const slow = `
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { context } from 'daffi'
export default async (n) => {
  if (n !== 5) return
  const { signal } = context()
  console.log('five')
  await once(signal, 'abort')
  // So long that its stream has ended: what came after this item is not delivered any more.
  await delay(2000)
}
`
  const cwd = await temporaryProject({
    ...stages,
    'pipeline.yaml': `
name: late
callbacks: ./callbacks
sources:
  ticks: { kind: module, module: ./ticks.js }
nodes:
  camera:
    calls: [{ call: slow, source: ticks, modifier: STREAM, wait_for: [worker] }]
  worker: { callbacks: [slow] }
`,
    'callbacks/slow.js': slow,
  })
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^worker +\| five/)
  up.kill('SIGINT')
  const { exitCode, stdout } = await up.exited
  const { error, streams } = JSON.parse(stdout) as PipelineResult
  const { offered = 0, processed = 0, lost = 0 } = streams[0]?.receivers.worker ?? {}
  expect(lost).toBeGreaterThan(0)
  expect(offered).toBe(processed + lost)
  expect(error).toMatchObject({
    code: 'DAFFI_STREAM_FAILED',
    message: expect.stringMatching(/lost \d+ item/) as string,
  })
  expect(exitCode).toBe(1)
})
