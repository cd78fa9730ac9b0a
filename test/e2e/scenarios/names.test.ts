import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { runDaffi, startDaffi } from '../../support/daffi.js'
import { temporaryFixture } from '../../support/temporary.js'

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
