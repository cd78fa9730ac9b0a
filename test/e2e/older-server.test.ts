import { expect, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { startOlderServer } from '../support/older-server.js'
import { temporaryProject } from '../support/temporary.js'

const refusal = {
  error: {
    code: 'DAFFI_SERVER_TOO_OLD',
    message: 'PERIOD needs a NATS server of version 2.14.0 or later; this one is 2.12.3',
    next: expect.stringContaining('2.14.0') as string,
  },
}

test('PERIOD on a server that is too old for it is refused, from the pipeline file and the shell', async () => {
  const cwd = await temporaryProject({
    'periodic.yaml': `
name: shop
callbacks: ./callbacks
nodes:
  caller:
    calls: [{ call: tick, modifier: { PERIOD: { interval: 1s } } }]
  worker: { callbacks: [tick] }
`,
    'plain.yaml': `
name: shop
callbacks: ./callbacks
nodes:
  worker: { callbacks: [tick] }
`,
    'callbacks/tick.ts': 'export default () => 1',
  })
  const server = await startOlderServer('2.12.3')
  const daffi = async (...args: string[]): Promise<[unknown, number | undefined]> => {
    const { stdout, exitCode } = await runDaffi([...args, '--json', '--server', server], { cwd })
    return [JSON.parse(stdout), exitCode]
  }
  expect(await daffi('up', 'periodic.yaml')).toEqual([refusal, 1])
  expect(await daffi('node', '--name', 'caller', '-f', 'periodic.yaml')).toEqual([refusal, 1])

  const up = startDaffi(['up', 'plain.yaml', '--server', server], { cwd })
  await up.waitForLine(/^worker \| ready/)
  const shell = [
    ['schedule', 'list', '-f', 'plain.yaml'],
    ['schedule', 'cancel', 'any', '-f', 'plain.yaml'],
    ['call', 'tick', '--modifier', '{ PERIOD: { interval: 1s } }', '-f', 'plain.yaml'],
  ]
  for (const args of shell) expect(await daffi(...args)).toEqual([refusal, 1])
  // Everything else works there.
  expect(await daffi('call', 'tick', '-f', 'plain.yaml')).toEqual([{ value: 1 }, 0])
})
