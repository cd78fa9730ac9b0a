import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LogFile } from '../../src/runtime/logs/log-file.js'
import { FolderReader } from '../../src/runtime/logs/folder-reader.js'
import { logRecord } from '../../src/runtime/logs/log-record.js'
import { RunLogs } from '../../src/runtime/logs/run-logs.js'
import { temporaryFolder } from '../support/temporary.js'

const quiet = { onBroken: () => undefined, missing: String }

const said = (text: string, node = 'till') => logRecord({ node, stream: 'stdout', level: 'info', text })

/** Texts of the records that have come. */
async function texts(reader: FolderReader): Promise<string[]> {
  const found: string[] = []
  for await (const { text } of reader.fresh()) found.push(text)
  return found
}

test('a log is bounded, and a reader follows it through the files that are put aside', async () => {
  const folder = await temporaryFolder()
  const reader = new FolderReader(folder)
  const path = join(folder, 'till.jsonl')
  const log = new LogFile(path, quiet, { fileBytes: 2000, files: 4 })
  const read: string[] = []
  for (let n = 0; n < 100; n++) {
    log.write(JSON.stringify(said(`line ${n}`)))
    await log.close()
    if (n % 7 === 0) read.push(...(await texts(reader)))
  }
  read.push(...(await texts(reader)))
  expect(read).toEqual(Array.from({ length: 100 }, (_, n) => `line ${n}`))
  const names = await readdir(folder)
  expect(names).toHaveLength(4)
  for (const name of names) expect((await stat(join(folder, name))).size).toBeLessThan(2200)
  // Who comes later finds what is kept; who was away for too long is told.
  expect((await texts(new FolderReader(folder))).at(-1)).toBe('line 99')
  for (let n = 0; n < 100; n++) {
    log.write(JSON.stringify(said(`more ${n}`)))
    await log.close()
  }
  expect((await texts(reader))[0]).toMatch(/missing/)
})

test('another log object goes on with the same files', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'till.jsonl')
  for (let n = 0; n < 3; n++) {
    const log = new LogFile(path, quiet, { fileBytes: 100, files: 4 })
    log.write(JSON.stringify(said(`run ${n} ${'x'.repeat(100)}`)))
    await log.close()
  }
  expect((await readdir(folder)).sort()).toEqual(['till.000001.jsonl', 'till.000002.jsonl', 'till.jsonl'])
})

test('a disk that takes nothing is told once, and lines that were lost are counted when it does again, whatever the clock says', async () => {
  const folder = await temporaryFolder()
  const path = join(folder, 'till.jsonl')
  await mkdir(path)
  const told: unknown[] = []
  const trouble = { onBroken: () => told.push('broken'), missing: (lost: number) => `${lost} missing` }
  const log = new LogFile(path, trouble)
  log.write('one')
  await log.close()
  // In the second after a failure the disk is left alone.
  log.write('two')
  await log.close()
  expect(told).toEqual(['broken'])
  await rm(path, { recursive: true })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  onTestFinished(() => void vi.useRealTimers())
  await new Promise((resolve) => setTimeout(resolve, 1001))
  log.write('three')
  await log.close()
  log.write('four')
  await log.close()
  expect(told).toEqual(['broken'])
  expect(await readFile(path, 'utf8')).toBe('2 missing\nthree\nfour\n')
})

test('whatever is printed is one record, escaped in its file', async () => {
  const project = await temporaryFolder()
  const logs = await RunLogs.open(project, 'shop')
  const evil = '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u009bA \u202etxt \u0000 {\n  "a": 1\n}\r'
  logs.write(said(evil))
  logs.write(logRecord({ node: undefined, stream: 'daffi', level: 'warn', text: 'about the run' }))
  await logs.close()
  const reader = new FolderReader(join(project, '.daffi', 'logs', 'shop'))
  expect(await readFile(join(project, '.daffi', 'logs', 'shop', 'till.jsonl'), 'utf8')).toMatch(
    /^[\u0020-\u007e]*\n$/,
  )
  expect((await texts(reader)).sort()).toEqual([evil, 'about the run'])
  expect(await reader.nodes()).toEqual(['till'])
  expect(await texts(reader)).toEqual([])
})
