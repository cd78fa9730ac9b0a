import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  cutLines,
  flowLines,
  flowTables,
  itemLine,
  itemRecord,
  noColours,
  nodeTable,
} from '../../../src/cli/index.js'
import { PictureFolder, pictureType, writePicture } from '../../../src/cli/index.js'
import { tableLines } from '../../../src/cli/show/table.js'
import type { NodeLook, StageLook, StreamView } from '../../../src/runtime/index.js'
import { toPlain } from '../../../src/runtime/index.js'
import { temporaryFolder } from '../../support/temporary.js'

const time = Date.parse('2026-11-29T12:00:00.250Z')
const tapped = (value: unknown, missed = 0) => ({
  ...{ item: 7, missed, value, origin: { source: 'camera', item: 12, time } },
})
const frame = { data: Buffer.alloc(12), width: 2, height: 2, format: 'bgr24', sequence: 12, time }
const colours = noColours

const receiver = {
  name: 'detector',
  lane: 'shm',
  state: 'attached',
  attaches: 1,
  rate: 29.96,
  lag: 3,
  offered: 1250,
}
const stream: StreamView = {
  ...{ name: 'camera', id: 'x', call: 'detect', source: 'camera', resultsOf: null, as: null, to: null },
  ...{ from: 'eye' },
  ...{ delivery: 'live', state: 'running', frames: null, ring: null, items: 1250, bytes: 5e8, rate: 30 },
  ...{ byteRate: 27_648_000, error: null },
  receivers: [
    {
      ...receiver,
      processed: 1200,
      dropped: 1047,
      failed: 0,
      unmatched: 0,
      lost: 0,
      latencyMs: null,
      error: null,
    },
    {
      ...{ ...receiver, name: 'second', state: 'died', rate: 0, lag: 0, processed: 0, dropped: 0, failed: 2 },
      ...{ unmatched: 0, lost: 1, latencyMs: { p50: 1.24, p99: 10 }, error: null },
    },
  ],
}
const stage: StageLook = {
  ...{ node: 'detector', callback: 'detect', in: 9, gave: 6, filtered: 3, failed: 0, out: 6 },
  ...{ inRate: 30, outRate: 20.04 },
}

test('an item is one line: its time, where it comes from, what it is, and how many passed before it', () => {
  const line = (value: unknown, missed: number, width?: number) =>
    itemLine(itemRecord(tapped(value, missed), toPlain), { colours, width })
  expect(line({ a: 'x\ny', b: [1] }, 0)).toMatch(
    /^\d\d:\d\d:00\.250 {2}camera 12 {2}\{"a":"x\\ny","b":\[1\]\}$/,
  )
  expect(line(frame, 1234)).toMatch(/ camera 12 {2}2x2 bgr24, 12 bytes {2}\+1,234$/)
  expect(line(Buffer.alloc(2000), 0)).toMatch(/ {2}2,000 bytes$/)
  const cut = line('long '.repeat(100), 5, 60)
  expect(cut).toHaveLength(60)
  expect(cut).toMatch(/lo? {2}\+5$|long.* {2}\+5$/)
})

test('the record of an item has its value, or tells of bytes without them', () => {
  expect(itemRecord(tapped(new Map([['a', 1n]]), 2), toPlain)).toEqual({
    ...{ time: '2026-11-29T12:00:00.250Z', origin: { source: 'camera', item: 12 }, item: 7, missed: 2 },
    value: { a: 1 },
  })
  const { frame: about, ...others } = itemRecord(tapped(frame), toPlain)
  expect(about).toEqual({ width: 2, height: 2, format: 'bgr24', bytes: 12 })
  expect(Object.keys(others)).toEqual(['time', 'origin', 'item', 'missed'])
})

test('tables show rates, lags and drops of each receiver, and of stages', () => {
  expect(flowTables({ streams: [stream], stages: [stage] }, { colours })).toEqual([
    'STREAM  ITEMS/S  MIB/S  RECEIVER     ITEMS/S  LAG  DROPPED  FAILED  LOST  P50      P99',
    'camera     30.0   26.4  detector        30.0    3    1,047       0     0    -        -',
    '                        second died      0.0    0        0       2     1  1.2  10.0 ms',
    '',
    'STAGE            IN/S  OUT/S  FILTERED  FAILED',
    'detector.detect  30.0   20.0         3       0',
  ])
  expect(flowTables({ streams: [], stages: [] }, { colours }).at(-1)).toBe('no stream at present')
  expect(flowLines({ streams: [stream], stages: [stage] })).toEqual([
    'camera 30.0/s 26.4 MiB/s | detector 30.0/s lag 3 dropped 1047 failed 0 lost 0 | second died 0.0/s lag 0 dropped 0 failed 2 lost 1',
    'stage detector.detect in 30.0/s out 20.0/s filtered 3 failed 0',
  ])
})

test('what the processes of a node do together stands before them', () => {
  const [first, second] = stream.receivers
  const receivers = [
    ...(second ? [{ ...second, name: 'post-10', state: 'attached', lag: 2 }] : []),
    ...(first ? [{ ...first, name: 'other' }] : []),
    ...(first ? [{ ...first, name: 'post-2' }] : []),
  ]
  const stages = [
    { ...stage, node: 'post-10' },
    { ...stage, node: 'post-2' },
    { ...stage, node: 'post-2', callback: 'keep' },
  ]
  const flow = { streams: [{ ...stream, receivers }], stages }
  expect(flowTables(flow, { colours })).toEqual([
    'STREAM  ITEMS/S  MIB/S  RECEIVER  ITEMS/S  LAG  DROPPED  FAILED  LOST  P50      P99',
    'camera     30.0   26.4  post (2)     30.0    5    1,047       2     1    -        -',
    '                        post-2       30.0    3    1,047       0     0    -        -',
    '                        post-10       0.0    2        0       2     1  1.2  10.0 ms',
    '                        other        30.0    3    1,047       0     0    -        -',
    '',
    'STAGE            IN/S  OUT/S  FILTERED  FAILED',
    'post (2).detect  60.0   40.1         6       0',
    'post-2.detect    30.0   20.0         3       0',
    'post-10.detect   30.0   20.0         3       0',
    'post-2.keep      30.0   20.0         3       0',
  ])
  expect(flowLines(flow)[0]).toContain(
    '| post (2) 30.0/s lag 5 dropped 1047 failed 2 lost 1 | post-2 30.0/s ',
  )
})

test('nodes are shown with what they use, and those that do not answer without it', () => {
  const usage = {
    cpuSeconds: 9,
    memoryBytes: 92 * 1024 * 1024,
    heapBytes: 1,
    loopBusySeconds: 1,
    loopDelayMs: 1.26,
  }
  const node: NodeLook = {
    ...{
      name: 'eye',
      run: 'r',
      state: 'ready',
      restarts: 0,
      error: null,
      code: null,
      callbacks: [],
      answered: [],
      made: [],
      usage,
    },
    ...{ host: 'box', pid: 42, since: new Date(time - 61_000).toISOString(), cpu: 0.1234, callRate: 0 },
  }
  const silent: NodeLook = {
    ...node,
    name: 'ear',
    state: 'failed',
    error: 'gone\nfor good',
    usage: null,
    cpu: null,
  }
  expect(nodeTable([node, { ...silent, pid: null, since: null }], { colours, now: time })).toEqual([
    'NODE  STATE     CPU  MEMORY  LOOP DELAY  RESTARTS  UPTIME  PID  ERROR',
    'eye   ready   12.3%  92 MiB      1.3 ms         0   1m 1s   42',
    'ear   failed      -       -           -         0       -    -  gone for good',
  ])
})

test('a table is cut to the width of the terminal, and lines to its height', () => {
  const red = (text: string): string => `<${text}>`
  const rows = tableLines(
    [
      [['NODE'], ['STATE']],
      [['a'], ['failed', red]],
    ],
    { width: 9 },
  )
  expect(rows).toEqual(['NODE  ST…', 'a     <fa…>'])
  const lines = ['1', '2', '3', '4']
  expect(cutLines(lines, 5)).toEqual(lines)
  expect(cutLines(lines, 4)).toEqual(['1', '2', '… and 2 more lines'])
  expect(cutLines(lines)).toEqual(lines)
})

test('pictures are written whole or not at all, and numbers go on after those that are there', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'now.jpg')
  await writeFile(path, 'old')
  await writePicture(path, Buffer.from('new'))
  expect(await readFile(path, 'utf8')).toBe('new')
  await mkdir(join(folder, 'taken.png'))
  await expect(writePicture(join(folder, 'taken.png'), Buffer.from('x'))).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
  })
  await expect(writePicture(join(folder, 'none/now.png'), Buffer.from('x'))).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
  })
  expect((await readdir(folder)).sort()).toEqual(['now.jpg', 'taken.png'])

  await writeFile(join(folder, '000041.png'), '')
  const pictures = new PictureFolder(folder)
  expect(await pictures.add(Buffer.from('png'))).toBe(join(folder, '000042.png'))
  expect([pictureType('a.JPG'), pictureType('b/c.png')]).toEqual(['jpeg', 'png'])
  expect(() => pictureType('now.gif')).toThrow('now.gif')
})
