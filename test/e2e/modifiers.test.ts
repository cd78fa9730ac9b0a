import { expect, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const project = {
  'pipeline.yaml': `
name: shop
callbacks: ./callbacks
nodes:
  caller:
    calls:
      - { call: double, args: [21], modifier: { BG: { durable: true, eta: 100ms } } }
      - { call: double, args: [4], modifier: BG }
      - { call: double, args: [5], modifier: { BROADCAST: { return_result: false } } }
      - { call: double, args: [6], modifier: { NO_RETURN: { eta: 50ms } } }
      - { call: tick, args: [file], modifier: { PERIOD: { interval: 1s } } }
  worker: { callbacks: [double, tick] }
`,
  'callbacks/double.ts': `export default (n: number) => 2 * n`,
  'callbacks/tick.ts': `import { context } from 'daffi'
export default (what: string) => { context().log.info('tick of ' + what) }`,
}

test('every modifier, in the pipeline file and from the shell', async () => {
  const cwd = await temporaryProject(project)
  const up = startDaffi(['up', '--json'], { cwd })
  await up.waitForLine(/^worker \| tick of file/)

  const daffi = async (args: string[], stdin = ''): Promise<unknown> => {
    const { stdout } = await runDaffi([...args, '--json'], { cwd, stdin })
    return JSON.parse(stdout)
  }
  const call = (modifier: string, args: string[], stdin?: string) =>
    daffi(['call', ...args, '--modifier', modifier], stdin)
  expect(await call('{ BG: { eta: 100ms } }', ['double', '-'], '8\n')).toEqual({ value: 16 })
  expect(await call('BROADCAST', ['double', '3'])).toEqual({ value: { worker: 6 } })
  expect(await call('NO_RETURN', ['double', '3'])).toEqual({ value: null })
  expect(await call('STREAM', ['double', '-'], '1\n2\n3\n')).toMatchObject({
    value: { items: 3, receivers: { worker: { processed: 3 } } },
  })
  const id = expect.stringMatching(/^[\w-]{12}$/) as string
  expect(await call('{ BG: { durable: true } }', ['double', '3'])).toEqual({ value: { id } })
  expect(await call('{ BG: { etta: 1s } }', ['double', '3'])).toMatchObject({
    error: { code: 'DAFFI_USAGE', message: expect.stringContaining('unknown key "etta"') as string },
  })

  const made = (await call('{ PERIOD: { cron: "* * * * * *" } }', ['tick', 'shell'])) as {
    value: { uuid: string }
  }
  const { uuid } = made.value
  await up.waitForLine(/^worker \| tick of shell/)
  expect(await daffi(['schedule', 'list'])).toMatchObject({
    schedules: expect.arrayContaining([
      expect.objectContaining({ callback: 'tick', from: 'caller', interval: 1 }),
      expect.objectContaining({ uuid, callback: 'tick', cron: '* * * * * *' }),
    ]) as unknown,
  })
  expect(await daffi(['schedule', 'cancel', uuid])).toEqual({ cancelled: true })
  expect(await daffi(['schedule', 'cancel', uuid])).toEqual({ cancelled: false })
  expect(await daffi(['schedule', 'cancel', 'unheard-of'])).toMatchObject({
    error: { code: 'DAFFI_UNKNOWN_SCHEDULE' },
  })

  up.kill('SIGINT')
  const { exitCode, stdout } = await up.exited
  expect(exitCode).toBe(0)
  const { calls } = JSON.parse(stdout) as { calls: { modifier: string; value: unknown; error: unknown }[] }
  expect(calls.map(({ modifier, value, error }) => [modifier, value, error]).toSorted()).toEqual([
    ['BG', 42, null],
    ['BG', 8, null],
    ['BROADCAST', null, null],
    ['NO_RETURN', null, null],
    ['PERIOD', null, null],
  ])
})
