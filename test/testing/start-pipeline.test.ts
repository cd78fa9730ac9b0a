import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startPipeline } from 'daffi/testing'
import { expect, expectTypeOf, test } from 'vitest'
import { endless, numbers } from '../e2e/pipelines.js'
import { temporaryProject } from '../support/temporary.js'

interface Callbacks {
  add: (a: number, b: number) => number
  whoami: () => string
}

test('a running pipeline: typed calls into it, its streams, lines and mocked calls', async () => {
  const project = await temporaryProject(numbers)
  const pipeline = await startPipeline<Callbacks>(join(project, 'numbers.yaml'), {
    sources: { numbers: { kind: 'module', module: './numbers.js', args: { last: 1000 } } },
    mocks: { note: { returns: null } },
  })
  const other = await startPipeline<Callbacks>(join(project, 'numbers.yaml'))
  try {
    const sum = await pipeline.g.call.add(1, 2)
    expectTypeOf(sum).toEqualTypeOf<number>()
    expect(sum).toBe(3)
    expect(await pipeline.g.call.whoami().to('two')).toBe('two')
    expect(pipeline.g.server.url).not.toBe(other.g.server.url)

    const streams = await pipeline.finished()
    expect(streams).toMatchObject([{ call: 'collect', items: 1000, receivers: { one: { processed: 1000 } } }])
    expect(await pipeline.waitForLog(/in order/, { node: 'two' })).toBe('all 1000 in order')
    expect(pipeline.logs).toContainEqual({ node: 'two', line: 'all 1000 in order' })
    // Its caller does not wait until it is told of.
    await expect
      .poll(() => pipeline.calls)
      .toMatchObject([{ node: 'two', callback: 'note', args: ['hello'] }])
    await expect(pipeline.waitForLog(/never/, { timeout: 0.01 })).rejects.toMatchObject({
      code: 'DAFFI_TIMEOUT',
    })
  } finally {
    await Promise.all([pipeline.close(), pipeline.close(), other.close()])
  }
  expect(existsSync(join(project, '.daffi', 'server.json'))).toBe(false)
  await expect(pipeline.g.call.add(1, 2)).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
})

test('what is wrong with it', async () => {
  const project = await temporaryProject({
    ...numbers,
    'callbacks/add.js': 'throw new Error("not today")\nexport default (a, b) => a + b',
  })
  const start = (mocks = {}) => startPipeline(join(project, 'numbers.yaml'), { mocks })
  await expect(start({ nte: { returns: 1 } })).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_INVALID',
    details: { faults: [{ code: 'DAFFI_UNKNOWN_CALLBACK', suggestion: 'note' }] },
  })
  await expect(startPipeline(join(project, 'no.yaml'))).rejects.toMatchObject({
    details: { faults: [{ code: 'DAFFI_MISSING_FILE' }] },
  })
  await expect(start()).rejects.toMatchObject({ code: 'DAFFI_MODULE_FAILED' })
})

test('what is not finished in time is named', async () => {
  const cwd = await temporaryProject(endless('export default (_n) => {}'))
  const pipeline = await startPipeline(join(cwd, 'pipeline.yaml'))
  try {
    await expect(pipeline.finished({ timeout: 0.5 })).rejects.toMatchObject({
      code: 'DAFFI_TIMEOUT',
      message: expect.stringMatching(
        /^waiting for every call to finish: nothing after 500 ms; writer has not finished work/,
      ) as string,
    })
  } finally {
    await pipeline.close()
  }
})
