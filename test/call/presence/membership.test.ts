import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connectQuickly, TIMING } from '../../fixtures/nodes/quick.mjs'
import { mortalServer } from '../../support/mortal-server.js'
import { fixture } from '../../support/paths.js'
import { joinOn, ownPipeline } from '../../support/pipeline.js'

/** A node in a process of its own, whose pipeline notices soon when it is silent. */
async function quickNode(server: string, name: string): Promise<ChildProcess> {
  const child = fork(fixture('nodes/hanging.mjs'), [server, name])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

test('a process that was stopped for a while never left', async () => {
  const { server, join } = await ownPipeline(connectQuickly)
  const child = await quickNode(server, 'paused')
  const events: string[] = []
  const g = await join('watcher', {
    onNodeConnect: ({ name }) => events.push(`+${name}`),
    onNodeDisconnect: ({ name }) => events.push(`-${name}`),
  })
  await g.waitProcess('paused')
  child.kill('SIGSTOP')
  await vi.waitFor(
    () => expect(g.waitProcess('paused', { timeout: '1ms' })).rejects.toThrow('nothing after'),
    10_000,
  )
  child.kill('SIGCONT')
  await g.waitProcess('paused')
  expect(events).toEqual(['+paused'])
})

test('a stop of the server makes nobody suspect', async () => {
  const { url, signal } = await mortalServer()
  const join = joinOn(url, connectQuickly)
  const events: string[] = []
  const onNodeDisconnect = ({ name }: { name: string }): void => void events.push(`-${name}`)
  const nodes = [await join('one', { onNodeDisconnect }), await join('two', { onNodeDisconnect })]
  signal('SIGSTOP')
  await delay(3 * TIMING.suspectMs)
  signal('SIGCONT')
  await Promise.all(nodes.map((g) => Promise.all(['one', 'two'].map((name) => g.waitProcess(name)))))
  await delay(3 * TIMING.heartbeatMs)
  for (const name of ['one', 'two']) await nodes[0]?.waitProcess(name, { timeout: '1ms' })
  expect(events).toEqual([])
})

test('of a process that died alone newcomers see nothing, and its claim goes', async () => {
  const { server, join } = await ownPipeline(connectQuickly)
  await join('present')
  const child = await quickNode(server, 'ghost')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const g = await join('newcomer')
  await expect(g.waitProcess('ghost', { timeout: '1ms' })).rejects.toMatchObject({ code: 'DAFFI_TIMEOUT' })
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const bucket = await new Kvm(nc).open('daffi_test_names')
  expect(await bucket.get('ghost')).toBeNull()
})

test('the death of one incarnation, or a start that was refused, says nothing about another', async () => {
  const { join } = await ownPipeline(connectQuickly)
  const events: string[] = []
  const watcher = await join('watcher', { onNodeDisconnect: ({ name }) => events.push(`-${name}`) })
  const holder = await join('holder')
  await watcher.waitProcess('holder')
  await expect(join('holder')).rejects.toMatchObject({ code: 'DAFFI_DUPLICATE_NAME' })
  const last = await join('last')
  await watcher.waitProcess('last')
  await last.close()
  await vi.waitFor(() => expect(events).toEqual(['-last']))
  expect(holder.processName).toBe('holder')
})
