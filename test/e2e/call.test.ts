import { expect, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const project = {
  'pipeline.yaml': `
name: shop
callbacks: ./callbacks
nodes:
  one: { callbacks: [describe, fail, env] }
  two: { callbacks: [describe] }
`,
  'callbacks/describe.ts': `export default (...args: unknown[]) => args.map((each) => [typeof each, each])`,
  'callbacks/fail.ts': `export default () => {
  throw Object.assign(new RangeError('sold out'), { code: 'ESOLD' })
}`,
  'callbacks/env.ts': `export default () => Object.keys(process.env).filter((name) => name.startsWith('NATS_'))`,
}

test('a callback of a running pipeline is called from outside', async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up'], { cwd, env: { NATS_TOKEN: 'secret' } })
  await up.waitForLine(/^two +\| ready/)
  await up.waitForLine(/^one +\| ready/)

  const call = async (...args: string[]) => {
    const { exitCode, stdout } = await runDaffi(['call', ...args], { cwd })
    return { exitCode, stdout }
  }
  const ids = await call('describe', '647463207857815565', '{"__proto__":[9007199254740993],"n":-0}')
  expect(ids.stdout.replaceAll(/\s/g, '')).toBe(
    '[["bigint",647463207857815565],["object",{"__proto__":[9007199254740993],"n":-0}]]',
  )
  expect(await call('describe', '1', 'Ada', '{"polite":true}', '--to', 'two', '--json')).toEqual({
    exitCode: 0,
    stdout: JSON.stringify(
      {
        value: [
          ['number', 1],
          ['string', 'Ada'],
          ['object', { polite: true }],
        ],
      },
      null,
      2,
    ),
  })
  const negative = await call('describe', '--', '-1')
  expect(JSON.parse(negative.stdout)).toEqual([['number', -1]])

  const failed = await call('fail', '--json')
  expect(failed.exitCode).toBe(1)
  expect(JSON.parse(failed.stdout)).toMatchObject({
    error: {
      code: 'DAFFI_REMOTE',
      message: 'sold out',
      node: 'one',
      name: 'RangeError',
      remoteCode: 'ESOLD',
    },
  })

  const unknown = await call('descibe', '--json')
  expect(unknown.exitCode).toBe(1)
  expect(JSON.parse(unknown.stdout)).toMatchObject({
    error: { code: 'DAFFI_UNKNOWN_CALLBACK', message: expect.stringContaining('describe') as string },
  })

  expect(JSON.parse((await call('env')).stdout)).toEqual([])
})

test('without a server it waits for one, but not for long', async () => {
  const cwd = await temporaryProject(project)
  const { exitCode, stdout, stderr } = await runDaffi(['call', 'env', '--timeout', '100ms', '--json'], {
    cwd,
  })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DAFFI_NO_SERVER' } })
  expect(stderr).toMatch(/waiting for a server/)
})
