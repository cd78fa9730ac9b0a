import { fork } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { fixture } from '../../support/paths.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

test('a taken name is refused, naming the host and process that hold it', async () => {
  const { join } = await ownPipeline()
  await join('only')
  await expect(join('only')).rejects.toMatchObject({
    code: 'DAFFI_DUPLICATE_NAME',
    message: `the name "only" is taken in pipeline "test" by process ${process.pid} on host ${hostname()}`,
    details: { name: 'only', host: hostname(), pid: process.pid },
  })
})

test('of many that want one name at once, one has it', async () => {
  const { join } = await ownPipeline()
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => join('wanted')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a name is free again when its holder was killed', async () => {
  const { server, join } = await ownPipeline()
  const child = fork(fixture('nodes/receiver.mjs'), [server, 'mortal'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const g = await join('mortal')
  expect(g.processName).toBe('mortal')
})

test('waiting ends when the process or the callback is there, or time is up', async () => {
  const { join } = await ownPipeline()
  const g = await join('waiter')
  const waiting = Promise.all([g.waitProcess('late'), g.waitFunction('greet')])
  await join('late', { callbacks: { greet: () => 'hello' } })
  await waiting
  await expect(g.waitProcess('never', { timeout: '50ms' })).rejects.toMatchObject({
    code: 'DAFFI_TIMEOUT',
    message: 'waiting for process "never": nothing after 50 ms',
  })
  await expect(g.waitFunction('never', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'DAFFI_ABORTED',
  })
})

test('events tell of those who come and go', async () => {
  const { join } = await ownPipeline()
  await join('early')
  const events: string[] = []
  await join('watcher', {
    onInit: (g) => events.push(`init ${g.processName}`),
    onNodeConnect: ({ name }) => events.push(`+${name}`),
    onNodeDisconnect: ({ name }) => events.push(`-${name}`),
  })
  const late = await join('late')
  await waitFor(() => expect(events).toContain('+late'))
  await late.close()
  await waitFor(() => expect(events).toEqual(['+early', 'init watcher', '+late', '-late']))
})

test('a handler of events that throws harms nothing', async () => {
  const { join } = await ownPipeline<{ greet: () => string }>()
  const fail = (): never => {
    throw new Error('of the handler')
  }
  const g = await join('watcher', { onNodeConnect: fail, onNodeDisconnect: fail })
  await (await join('passer-by')).close()
  await join('late', { callbacks: { greet: () => 'hello' } })
  await g.waitFunction('greet')
  expect(await g.call.greet()).toBe('hello')
})

test('the last one to leave takes the bucket of names along', async () => {
  const { server, join } = await ownPipeline()
  const nodes = await Promise.all(['a', 'b', 'c'].map((name) => join(name)))
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const jsm = await jetstreamManager(nc)
  const streams = async (): Promise<string[]> => {
    const names = []
    for await (const name of jsm.streams.names()) names.push(name)
    return names
  }
  expect(await streams()).toEqual(['KV_daffi_test_names'])
  await Promise.all(nodes.map((node) => node.close()))
  expect(await streams()).toEqual([])
})

test('names that are no tokens, or that nobody can call, are refused', async () => {
  const { server, join } = await ownPipeline()
  await expect(join('a.b')).rejects.toMatchObject({ code: 'DAFFI_BAD_NAME' })
  await expect(join('a', { server, callbacks: { 'x y': () => 1 } })).rejects.toMatchObject({
    code: 'DAFFI_BAD_NAME',
  })
  await expect(join('a', { server, callbacks: { then: () => 1 } })).rejects.toMatchObject({
    code: 'DAFFI_BAD_NAME',
    message:
      'no callback can have the name then: it cannot be called: JavaScript takes an object with a function then for a promise',
  })
})
