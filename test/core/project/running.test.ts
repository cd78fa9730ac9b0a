import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { announcePipeline, runningPipeline } from '../../../src/runtime/core/project/running.js'
import { temporaryFolder } from '../../support/temporary.js'

const inputs = { overrides: ['/pipelines/dev.yaml'], envFiles: ['/pipelines/.env.dev'], profiles: ['debug'] }
const SHOP = { name: 'shop', file: '/pipelines/shop.yaml', inputs }
const OTHER = { name: 'other', file: '/pipelines/other.yaml', inputs }

afterEach(() => vi.restoreAllMocks())

/** A project in which the pipelines run in processes of these ids. */
async function project(pipelines: Record<string, object | string> = {}): Promise<string> {
  const folder = await temporaryFolder()
  const running = join(folder, '.daffi', 'running')
  await mkdir(running, { recursive: true, mode: 0o700 })
  for (const [pid, pipeline] of Object.entries(pipelines)) {
    const text = typeof pipeline === 'string' ? pipeline : JSON.stringify(pipeline)
    await writeFile(join(running, `${pid}.json`), text)
  }
  return folder
}

/** Lets the kernel give these answers for process ids: true is alive, text an error's code. */
function stubProcesses(answers: Record<number, true | string>): void {
  vi.spyOn(process, 'kill').mockImplementation((pid) => {
    const answer = answers[pid] ?? 'ESRCH'
    if (answer === true) return true
    throw Object.assign(new Error(answer), { code: answer })
  })
}

test('a pipeline that this process runs is found until it is taken back', async () => {
  const folder = await temporaryFolder()
  expect(await runningPipeline(folder)).toBeUndefined()
  const remove = await announcePipeline(folder, SHOP)
  expect(await runningPipeline(folder)).toEqual(SHOP)
  await remove()
  expect(await runningPipeline(folder)).toBeUndefined()
  await remove()
})

test('that of a process which has ended is not found', async () => {
  stubProcesses({ 11: 'ESRCH' })
  expect(await runningPipeline(await project({ 11: SHOP }))).toBeUndefined()
})

test("that of another user's process is found", async () => {
  stubProcesses({ 11: 'EPERM' })
  expect(await runningPipeline(await project({ 11: SHOP }))).toEqual(SHOP)
})

test('of two processes of one pipeline it is that; of two pipelines it is not clear which', async () => {
  stubProcesses({ 11: true, 12: true })
  expect(await runningPipeline(await project({ 11: SHOP, 12: SHOP }))).toEqual(SHOP)
  expect(await runningPipeline(await project({ 11: SHOP, 12: OTHER }))).toBeUndefined()
  expect(await runningPipeline(await project({ 11: SHOP, 13: OTHER }))).toEqual(SHOP)
})

test('files that say nothing are passed over', async () => {
  stubProcesses({ 11: true, 12: true, 13: true })
  const folder = await project({
    11: '{ "name":',
    12: { name: 'shop', file: 'shop.yaml' },
    13: SHOP,
    notes: OTHER,
  })
  expect(await runningPipeline(folder)).toEqual(SHOP)
})

test('in a .daffi that others may enter, nothing is found', async () => {
  stubProcesses({ 11: true })
  const folder = await project({ 11: SHOP })
  await chmod(join(folder, '.daffi'), 0o755)
  expect(await runningPipeline(folder)).toBeUndefined()
})
