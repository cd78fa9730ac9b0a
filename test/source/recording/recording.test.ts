import { appendFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSource, recordItems } from '../../../src/runtime/source/index.js'
import { keptLog } from '../../support/kept-log.js'
import { temporaryFolder } from '../../support/temporary.js'

const FRAME = { data: Buffer.alloc(12, 7), width: 2, height: 2, format: 'bgr24', sequence: 4, time: 1 }
const ITEMS = [
  FRAME,
  { ...FRAME, time: 1, label: 'cat', box: [1n] },
  1,
  'two',
  { three: [3n, new Date(3)] },
  Buffer.from('four'),
  new Float32Array([5, 5.5]),
]

async function* source(items: unknown[]): AsyncGenerator {
  yield* items
}

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const taken: unknown[] = []
  for await (const item of items) taken.push(item)
  return taken
}

function record(folder: string, items: unknown[], log = keptLog().log): Promise<unknown[]> {
  return all(recordItems(source(items), { name: 'things', folder, log }))
}

function play(folder: string): Promise<unknown[]> {
  const context = {
    name: 'things',
    project: folder,
    isStage: false,
    onClosing: () => undefined,
    signal: new AbortController().signal,
    log: keptLog().log,
    load: () => Promise.reject(new Error('no module is needed')),
    onEvent: () => undefined,
  }
  return all(openSource({ kind: 'recording', folder }, context))
}

test('recorded items are read again, and the files are private', async () => {
  const folder = join(await temporaryFolder(), 'recordings', 'things')
  expect(await record(folder, ITEMS)).toEqual(ITEMS)
  const [frame, labelled, ...others] = await play(folder)
  const time = expect.any(Number) as number
  expect(frame).toEqual({ ...FRAME, time })
  expect(labelled).toEqual({ ...FRAME, time, label: 'cat', box: [1n] })
  expect((frame as typeof FRAME).time).toBeGreaterThan(Date.now() - 60_000)
  expect(others).toEqual(ITEMS.slice(2))
  for (const [name, mode] of [
    ['index.jsonl', 0o600] as const,
    ['items.bin', 0o600] as const,
    ['', 0o700] as const,
  ]) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(mode)
  }
})

test('a recording is not overwritten, and items that cannot be recorded are passed through', async () => {
  const folder = await temporaryFolder()
  await record(folder, [1, 2])
  const { log, lines } = keptLog()
  expect(await record(folder, [3, 4], log)).toEqual([3, 4])
  expect(lines).toMatchObject([expect.stringContaining('the recording of things ends: EEXIST')])
  expect(await play(folder)).toEqual([1, 2])
})

test.each([
  ['cut short', 'it is cut short', (folder: string) => truncate(join(folder, 'items.bin'), 1)],
  [
    'of a later version',
    'version 2',
    (folder: string) => writeFile(join(folder, 'index.jsonl'), '{"format":"daffi-recording","version":2}\n'),
  ],
  ['with a broken line', 'JSON', (folder: string) => appendFile(join(folder, 'index.jsonl'), '{"kind":')],
  [
    'with an item larger than itself',
    'it is cut short',
    (folder: string) =>
      appendFile(join(folder, 'index.jsonl'), '{"kind":["buffer"],"bytes":1000000000000}\n'),
  ],
  [
    'with a senseless length',
    'senseless length',
    (folder: string) => appendFile(join(folder, 'index.jsonl'), '{"kind":["buffer"],"bytes":-1}\n'),
  ],
  ['empty', 'it is empty', (folder: string) => truncate(join(folder, 'index.jsonl'))],
])('a recording %s', async (_, message, spoil) => {
  const folder = await temporaryFolder()
  await record(folder, ['one', 'two'])
  await spoil(folder)
  await expect(play(folder)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining(message) as string,
  })
})
