import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import type { ReceiverSummary } from '../../../src/runtime/core/plan/summary.js'
import { connectNats } from '../../../src/runtime/nats/index.js'
import { loadPipeline } from '../../../src/runtime/pipeline/index.js'
import type { NodeStatus, RunStatus, Status, StreamStatus } from '../../../src/runtime/status/index.js'
import { pipelineVisit } from '../../../src/runtime/node/visit/pipeline-visit.js'
import { pipelineWork } from '../../../src/runtime/node/visit/pipeline-work.js'
import { openViewer, prepareViewer } from '../../../src/runtime/view/index.js'
import { openPage } from '../../support/browser.js'
import { fileServer } from '../../support/file-server.js'
import { temporaryProject } from '../../support/temporary.js'

/** Three stages, a join, a shared stream, streams that pass over a layer, a call that leads back, and many nodes in a layer. */
const project = {
  'plant.yaml': `
name: plant
sources:
  camera_left: { kind: module, module: ./callbacks/all.ts, export: yields }
  camera_right: { kind: module, module: ./callbacks/all.ts, export: yields }
  readings: { kind: module, module: ./callbacks/all.ts, export: yields }
nodes:
  eyes:
    calls:
      - { call: fuse, source: camera_left, as: left, modifier: STREAM }
      - { call: fuse, source: camera_right, as: right, modifier: STREAM }
      - { call: keep, source: camera_left, modifier: STREAM }
  sensors: { calls: [{ call: read, source: readings, modifier: { STREAM: { share: true } } }] }
  fuser:
    callbacks: [{ fuse: { join: { within: 15ms } } }]
    calls: [{ call: track, results_of: fuse, modifier: STREAM }]
  reader:
    replicas: 2
    callbacks: [read]
    calls: [{ call: keep, results_of: read, modifier: STREAM }]
  tracker: { callbacks: [track], calls: [{ call: keep, results_of: track, modifier: STREAM }] }
  archive: { callbacks: [keep], calls: [{ call: ask }] }
  directory: { callbacks: [ask], calls: [{ call: read, args: [1] }] }
  guest: { replicas: 6, calls: [{ call: keep, args: [1] }] }
`,
  'callbacks/all.ts': `
export function* yields() { yield 1 }
export const fuse = (_pair: unknown) => 1
export const track = (_fused: unknown) => 1
export const read = (_reading: unknown) => 1
export const keep = (_thing: unknown) => {}
export const ask = () => 1
`,
}

const receiver: ReceiverSummary = {
  ...{ lane: 'shm', state: 'attached', attaches: 1, offered: 1_234_567, processed: 1_230_000 },
  ...{
    dropped: 3456,
    failed: 12,
    unmatched: 999,
    lost: 100,
    latencyMs: { p50: 12.5, p99: 1250 },
    error: null,
  },
}

const frames = { width: 640, height: 360, format: 'rgb24' } as const

const streamStatus = (from: string, call: string, source: string, ...names: string[]): StreamStatus => ({
  ...{ what: 'stream', id: `${from}-${source}`, frames: null, ring: null },
  summary: {
    ...{ call, source, from, delivery: 'live', items: 1_234_567, bytes: 1e9, seconds: 60, error: null },
    receivers: Object.fromEntries(names.map((name) => [name, receiver])),
  },
})

const nodeStatus = (name: string): NodeStatus => ({
  ...{ what: 'node', name, host: 'here', pid: 1, callbacks: [], stages: {}, calls: {} },
  made: name === 'fuser' ? [{ from: 'fuse', call: 'ask', to: null, count: 7 }] : [],
  usage: { cpuSeconds: 1, memoryBytes: 2e8, heapBytes: 1e8, loopBusySeconds: 1, loopDelayMs: 120 },
})

const run: RunStatus = {
  ...{ what: 'run', id: 'run', host: 'here', pid: 1, since: 1, background: false, nodes: {}, calls: [] },
  streams: [],
  lines: Array.from({ length: 80 }, (_, index) => ({
    ...{ number: index + 1, time: index, node: 'eyes', stream: 'stdout', level: 'info' },
    text: `line ${index + 1}`,
  })),
}

const answers: Status[] = [
  ...['eyes', 'fuser', 'archive'].map(nodeStatus),
  { ...streamStatus('eyes', 'fuse', 'camera_left', 'fuser'), frames },
  streamStatus('sensors', 'read', 'readings', 'reader-1', 'reader-2'),
  run,
]

/** Names of cards behind which a line runs, lines that are partly outside, and the number of lines. */
const LINES = `(() => {
  const cards = [...document.querySelectorAll('.card')]
  const places = cards.map((card) => [card.querySelector('strong').textContent, card.getBoundingClientRect()])
  const [hidden, outside] = [new Set(), new Set()]
  const lines = [...document.querySelectorAll('.edges .line')]
  const frame = document.querySelector('.edges').getBoundingClientRect()
  for (const line of lines)
    for (let at = 0; at <= line.getTotalLength(); at += 2) {
      const point = line.getPointAtLength(at)
      const [x, y] = [point.x + frame.x, point.y + frame.y]
      if (point.x < 0 || x > frame.right) outside.add(line.getAttribute('d'))
      for (const [name, { left, right, top, bottom }] of places)
        if (x > left + 1 && x < right - 1 && y > top + 1 && y < bottom - 1) hidden.add(name)
    }
  return { hidden: [...hidden], outside: [...outside], lines: lines.length }
})()`

/** Cells of the table, and lines of the log, that cannot be read whole; and whether the panel beside the log is half empty. */
const PANELS = `(() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect()
  const cut = [...document.querySelectorAll('#streams :is(th, td)')].filter((cell) => {
    const { left, right } = cell.getBoundingClientRect()
    return cell.checkVisibility() && (left < 0 || right > innerWidth || cell.scrollWidth > cell.clientWidth + 1)
  })
  const [streams, table, log] = [box('#streams'), box('#streams table'), box('#log .lines')]
  return {
    cut: cut.map((cell) => cell.textContent),
    wide: document.documentElement.scrollWidth > innerWidth,
    halfEmpty: (streams.bottom - table.bottom) / streams.height >= 0.5,
    last: box('#log li:last-child').bottom <= log.bottom + 1,
  }
})()`

/** A page that shows the pipeline as it is played: with answers that its nodes would give. */
async function playedPage(): Promise<Page> {
  const url = await fileServer()
  const cwd = await temporaryProject(project)
  const nc = await connectNats({ url }, { name: 'played' })
  onTestFinished(() => nc.close())
  nc.subscribe('daffi.plant.status', {
    callback: (_error, message) => {
      for (const answer of answers) message.respond(JSON.stringify(answer))
    },
  })
  await nc.flush()
  const server = { address: { url }, info: { url, embedded: false, version: '2.14.0' } }
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const { signal } = new AbortController()
  const viewer = await openViewer(await loadPipeline(join(cwd, 'plant.yaml')), server, {
    viewer: await prepareViewer({ port: undefined, control: true }),
    work: (own) => pipelineWork(pipelineVisit('plant', { nc: own, server, signal, log })),
    ...{ log, signal },
  })
  onTestFinished(() => viewer.close())
  const { page, complaints } = await openPage({ viewport: { width: 1440, height: 900 } })
  onTestFinished(() => expect(complaints).toEqual([]))
  await page.goto(viewer.url)
  await page.waitForSelector('#log li:has-text("line 80")')
  return page
}

test('no line runs behind a card, and nothing is cut off, on a screen and on a phone', async () => {
  const page = await playedPage()
  const whole = { cut: [], wide: false, last: true, halfEmpty: false }
  const clear = { hidden: [], outside: [] }
  expect(await page.evaluate(LINES)).toMatchObject(clear)
  expect(await page.evaluate(PANELS)).toMatchObject(whole)
  for (const viewport of [
    { width: 1000, height: 700 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(viewport)
    await expect.poll(() => page.evaluate(LINES)).toMatchObject(clear)
    await expect.poll(() => page.evaluate(PANELS)).toMatchObject(whole)
  }
})
