import { expect, test } from 'vitest'
import type { PipelineResult } from '../../../src/runtime/index.js'
import { connect } from '../../support/connect.js'
import { runDaffi, startDaffi } from '../../support/daffi.js'
import { temporaryFixture, temporaryProject } from '../../support/temporary.js'
import { endless } from '../pipelines.js'

const file = ['-f', 'pair.yaml']

test('processes and callbacks are waited for, and found by name', async () => {
  const cwd = await temporaryFixture('scenarios')
  const server = startDaffi(['up', 'pair.yaml', '--only', 'two'], { cwd })
  await server.waitForLine(/^two .*ready/)
  const g = await connect(cwd, { pipeline: 'pair' })
  const process = g.waitProcess('one')
  const callback = g.waitFunction('add')
  const one = startDaffi(['node', '--name', 'one', ...file], { cwd })
  await Promise.all([process, callback])

  expect(await runDaffi(['call', 'add', '1', '2', ...file], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: '3',
  })

  const unknown = await runDaffi(['call', 'ad', '1', '2', ...file], { cwd })
  expect(unknown.exitCode).toBe(1)
  expect(unknown.stderr).toContain('DAFFI_UNKNOWN_CALLBACK')
  expect(unknown.stderr).toContain('add, check_item')

  const short = await runDaffi(['call', 'add', '1', '--json', ...file], { cwd })
  expect(JSON.parse(short.stdout)).toMatchObject({ error: { code: 'DAFFI_ARGUMENT_COUNT' } })

  one.kill('SIGTERM')
  expect((await one.exited).exitCode).toBe(0)
})

test('a second start of a running node, or pipeline, is refused at once, and the running stream goes on', async () => {
  const cwd = await temporaryProject(
    endless('export default (n) => { if (n % 50 === 0) console.log("item", n) }'),
  )
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^worker \| item/)
  for (const name of ['worker', 'writer']) {
    const second = await runDaffi(['node', '--name', name, '--json'], { cwd })
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'DAFFI_DUPLICATE_NAME' } })
  }
  const again = await runDaffi(['up', '--json'], { cwd })
  expect(again).toMatchObject({ exitCode: 1, stderr: '' })
  const { error } = JSON.parse(again.stdout) as { error: { code: string; message: string; next: string } }
  expect(error).toMatchObject({
    code: 'DAFFI_ALREADY_RUNS',
    message: expect.stringMatching(
      / runs already in a terminal, process \d+ on .*: (worker|writer), /,
    ) as string,
    next: expect.stringContaining('daffi attach') as string,
  })
  // Items that the source yields after that.
  await up.waitForLine(/^worker \| item/, 5)
  up.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await up.exited
  const { streams } = JSON.parse(stdout) as PipelineResult
  expect(stderr).not.toMatch(/degraded|is gone/)
  expect(streams).toMatchObject([
    { error: null, receivers: { worker: { state: 'finished', attaches: 1, lost: 0 } } },
  ])
  expect(exitCode).toBe(0)
})
