import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DaffiError } from '../../src/runtime/core/errors.js'
import { ownIdentity } from '../../src/runtime/core/process/process-identity.js'
import {
  forgetEnded,
  forgetRun,
  OwnRun,
  readRunFiles,
  runningPipeline,
  stateOfRun,
} from '../../src/runtime/runs/run-files.js'
import { whyUnseen } from '../../src/runtime/runs/why-unseen.js'
import { temporaryFolder } from '../support/temporary.js'

const SHOP = {
  name: 'shop',
  file: '/pipelines/shop.yaml',
  inputs: { overrides: [], envFiles: ['/p/.env.dev'], profiles: ['debug'], nodes: [] },
}
const OTHER = {
  name: 'other',
  file: '/pipelines/other.yaml',
  inputs: { overrides: [], envFiles: ['/p/.env.dev'], profiles: ['debug'], nodes: [] },
}
const foreground = { background: false, ownServer: true }
const background = { background: true, ownServer: true }

/** A file of a run as it may lie there. */
const file = (id: string, change: object = {}): object => ({
  ...SHOP,
  ...foreground,
  id,
  host: hostname(),
  process: ownIdentity(),
  since: 1,
  ended: null,
  ...change,
})

/** A project with these files of runs. */
async function project(files: Record<string, unknown>): Promise<string> {
  const folder = await temporaryFolder()
  const running = join(folder, '.daffi', 'running')
  await mkdir(running, { recursive: true, mode: 0o700 })
  for (const [name, content] of Object.entries(files))
    await writeFile(join(running, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}

test('a run in the foreground is found until it ends', async () => {
  const folder = await temporaryFolder()
  expect(await runningPipeline(folder)).toBeUndefined()
  const run = await OwnRun.begin(folder, SHOP, foreground)
  expect(await runningPipeline(folder)).toEqual(SHOP)
  expect(await readRunFiles(folder)).toEqual([run.about])
  await run.end(undefined)
  expect(await readRunFiles(folder)).toEqual([])
  await run.end(undefined)
})

test('how a run in the background ended is kept until the next one of the pipeline begins', async () => {
  const folder = await temporaryFolder()
  const run = await OwnRun.begin(folder, SHOP, background)
  await run.end(new DaffiError('DAFFI_NODE_DIED', 'till was killed by SIGKILL'))
  const [ended] = await readRunFiles(folder)
  expect(ended).toMatchObject({ id: run.about.id, ended: { error: { code: 'DAFFI_NODE_DIED' } } })
  expect(ended && stateOfRun(ended)).toBe('ended')
  expect(await runningPipeline(folder)).toBeUndefined()
  const other = await OwnRun.begin(folder, OTHER, foreground)
  const next = await OwnRun.begin(folder, SHOP, foreground)
  expect((await readRunFiles(folder)).map(({ id }) => id).sort()).toEqual(
    [other.about.id, next.about.id].sort(),
  )
})

test('a run whose process was killed, whose id another process has, or that was before a restart, is gone', async () => {
  const own = ownIdentity()
  const folder = await project({
    'a.json': file('a', { process: { ...own, pid: 2 ** 22 + 1 } }),
    'b.json': file('b', { process: { ...own, started: 1 } }),
    'c.json': file('c', { process: { ...own, processTable: 'another boot' } }),
  })
  expect((await readRunFiles(folder)).map(stateOfRun)).toEqual(['gone', 'gone', 'gone'])
  expect(await runningPipeline(folder)).toBeUndefined()
  await OwnRun.begin(folder, SHOP, foreground)
  expect(await readRunFiles(folder)).toHaveLength(1)
})

test('of a run of another machine nothing is known; it stays until it is forgotten', async () => {
  const elsewhere = { host: 'elsewhere', process: { ...ownIdentity(), processTable: 'elsewhere' } }
  const folder = await project({ 'a.json': file('a', elsewhere) })
  const [run] = await readRunFiles(folder)
  expect(run && stateOfRun(run)).toBe('elsewhere')
  await forgetEnded(folder, 'shop')
  expect(await runningPipeline(folder)).toEqual(SHOP)
  await forgetRun(folder, 'a')
  expect(await readRunFiles(folder)).toEqual([])
})

test('a folder that this user may not read is named, as its runs are not seen', async () => {
  const folder = await project({})
  expect(whyUnseen(folder)).toBeUndefined()
  expect(whyUnseen(join(folder, 'none'))).toBeUndefined()
  await chmod(join(folder, '.daffi'), 0o755)
  expect(whyUnseen(folder)).toContain('.daffi is open to other users')
})

test('of two runs of one pipeline it is that; of two pipelines it is not clear which', async () => {
  const folder = await project({ 'a.json': file('a'), 'b.json': file('b') })
  expect(await runningPipeline(folder)).toEqual(SHOP)
  const two = await project({ 'a.json': file('a'), 'b.json': file('b', OTHER) })
  expect(await runningPipeline(two)).toBeUndefined()
})

test('files that say nothing are passed over, and those of a .daffi that others may enter', async () => {
  const folder = await project({
    'a.json': '{ "name":',
    'b.json': { name: 'shop' },
    'c.json': file('c'),
    'd.json': file('../../d'),
    notes: file('e'),
  })
  expect((await readRunFiles(folder)).map(({ id }) => id)).toEqual(['c'])
  await chmod(join(folder, '.daffi'), 0o755)
  expect(await runningPipeline(folder)).toBeUndefined()
  expect(await readdir(join(folder, '.daffi', 'running'))).toHaveLength(5)
})
