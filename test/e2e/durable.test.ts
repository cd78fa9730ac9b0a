import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import type { PipelineResult, ReplayedLetters } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

/** Numbers to one worker, which writes down what it took; it cannot take 3 until there is a file called mended. */
const files = (extra = ''): Record<string, string> => ({
  'pipeline.yaml': `
name: ledger
callbacks: ./callbacks
sources:
  numbers: { kind: module, module: ./numbers.js }
nodes:
  writer:
    calls:
      - call: book
        source: numbers
        modifier: { STREAM: { delivery: durable, retry: { attempts: 2, delay: 10ms }, retention: { age: 1h, bytes: 64 MiB } } }
        wait_for: [worker]
  worker: { callbacks: [book] }
`,
  'numbers.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* numbers() {
  for (let n = 0; n < 20; n++) {
    yield n
    ${extra}
  }
}
`,
  'callbacks/book.js': `
import { appendFileSync, existsSync } from 'node:fs'
export default (n) => {
  if (n === 3 && !existsSync('mended')) throw new Error('cannot take 3')
  appendFileSync('taken', n + '\\n')
  if (n === 10) console.log('half of them')
  if (n === 19) console.log('the last one')
}
`,
})

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

test('dead letters are listed, replayed and gone; what is kept is replayed from where one wants', async () => {
  const cwd = await temporaryProject(files())
  const taken = async (): Promise<number[]> =>
    (await readFile(join(cwd, 'taken'), 'utf8')).trim().split('\n').map(Number)
  const run = async (...args: string[]): Promise<{ exitCode: number | undefined; value: unknown }> => {
    const { exitCode, stdout, stderr } = await runDaffi([...args, '--json'], { cwd })
    expect(stdout, stderr).not.toBe('')
    return { exitCode, value: JSON.parse(stdout) }
  }
  const up = startDaffi(['up', 'pipeline.yaml', '--stay'], { cwd })
  await up.waitForLine(/the last one/)

  const letters = (await run('dead', 'list')).value as { letters: { id: number }[] }
  expect(letters).toMatchObject({
    letters: [{ call: 'book', stream: 'writer_numbers_book', node: 'worker', item: 3, attempts: 2 }],
  })
  const id = String(letters.letters[0]?.id)
  const message = expect.stringMatching(
    /^"book" threw at item 3 of writer_numbers_book: cannot take 3 /,
  ) as string
  expect(await run('dead', 'replay', id)).toMatchObject({
    exitCode: 1,
    value: { replayed: [], failed: [{ id: Number(id), error: { code: 'DAFFI_REMOTE', message } }] },
  })
  await up.waitForLine(/"book" threw at item 3 of writer_numbers_book again, and its dead letter is kept: /)
  expect(await run('dead', 'replay', '99')).toMatchObject({
    exitCode: 1,
    value: { error: { code: 'DAFFI_NO_DEAD_LETTER' } },
  })
  await writeFile(join(cwd, 'mended'), '')
  const replayed = (await run('dead', 'replay', '--all')).value as ReplayedLetters
  expect(replayed).toEqual({ replayed: [Number(id)], failed: [] })
  const none = { letters: 0, bytes: 0, time: 0 }
  expect((await run('dead', 'list')).value).toEqual({ letters: [], dropped: none })
  expect((await taken()).sort((a, b) => a - b)).toEqual(range(20))

  const again = (await run('replay', 'writer_numbers_book', '--from', '15')).value as StreamSummary
  expect(again).toMatchObject({ items: 5, delivery: 'lossless', receivers: { worker: { processed: 5 } } })
  expect((await taken()).slice(-5)).toEqual([15, 16, 17, 18, 19])
  const all = await run('replay', 'writer_numbers_book', '--from', '2020-01-01', '--to', 'worker')
  expect(all.value).toMatchObject({ items: 20 })
  expect(await run('replay', 'writer_numbers_book', '--from', '20')).toMatchObject({
    exitCode: 1,
    value: { error: { code: 'DAFFI_NO_STREAM' } },
  })
})

test('after Ctrl-C the next run goes on where the last one was', async () => {
  const cwd = await temporaryProject(files('await delay(30)'))
  await writeFile(join(cwd, 'mended'), '')
  const first = startDaffi(['up', 'pipeline.yaml'], { cwd })
  await first.waitForLine(/half of them/)
  first.kill('SIGINT')
  expect((await first.exited).exitCode).toBe(0)
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'pipeline.yaml', '--json'], { cwd })
  expect(exitCode, stderr).toBe(0)
  const [stream] = (JSON.parse(stdout) as PipelineResult).streams
  expect(stream).toMatchObject({ delivery: 'durable', items: 20, error: null })
  expect(stream?.receivers.worker?.offered).toBeLessThan(10)
  const taken = (await readFile(join(cwd, 'taken'), 'utf8')).trim().split('\n').map(Number)
  expect(taken).toEqual(range(20))
})

test.each([
  { how: 'live', source: '{ kind: module, module: ./numbers.js }', exported: 'export const live = true' },
  { how: 'a camera', source: '{ kind: camera, device: test, size: 64x48, fps: 25 }', exported: '' },
])('a second run of $how passes nothing over', async ({ source, exported }) => {
  const plain = files('await delay(30)')
  const cwd = await temporaryProject({
    ...plain,
    'pipeline.yaml': String(plain['pipeline.yaml']).replace(/numbers: \{.*\}/, `numbers: ${source}`),
    'numbers.js': `${String(plain['numbers.js'])}\n${exported}\n`,
    'callbacks/book.js': `
import { appendFileSync } from 'node:fs'
let n = 0
export default (_item) => {
  appendFileSync('taken', 'one\\n')
  if (++n === 10) console.log('ten of them')
}
`,
  })
  const count = async (): Promise<number> =>
    (await readFile(join(cwd, 'taken'), 'utf8')).trim().split('\n').length
  for (const run of [1, 2]) {
    const before = run === 1 ? 0 : await count()
    const up = startDaffi(['up', 'pipeline.yaml', '--json'], { cwd })
    await up.waitForLine(/ten of them/)
    up.kill('SIGINT')
    const { stdout, stderr } = await up.exited
    if (run === 2)
      expect(stderr).toContain(`${before} items stored already; the source goes on with item ${before}`)
    const [stream] = (JSON.parse(stdout) as PipelineResult).streams
    const got = (await count()) - before
    expect(stream).toMatchObject({ items: got, error: null })
    expect(stream?.receivers.worker).toMatchObject({ offered: got, processed: got, lost: 0 })
  }
})
