import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import type { Global } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { connectQuickly, TIMING } from '../../fixtures/nodes/quick.mjs'
import { breakable } from '../../support/breakable-server.js'
import { mortalServer } from '../../support/mortal-server.js'
import { fixture } from '../../support/paths.js'
import { joinOn, ownPipeline } from '../../support/pipeline.js'
import { waitFor, waitUntil } from '../../support/wait.js'

/** A node in a process of its own, whose pipeline notices soon when it is silent. */
async function quickNode(server: string, name: string): Promise<ChildProcess> {
  const child = fork(fixture('nodes/hanging.mjs'), [server, name])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

/** Resolves when a node is no longer taken for alive. */
async function suspects(g: Pick<Global, 'waitProcess'>, name: string): Promise<void> {
  await waitFor(() => expect(g.waitProcess(name, { timeout: '1ms' })).rejects.toThrow('nothing after'))
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
  await suspects(g, 'paused')
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

test('a process that stood still while the server restarted is a member again', async () => {
  const { url, restart } = await mortalServer()
  const child = await quickNode(url, 'paused')
  const events: string[] = []
  const g = await joinOn(url, connectQuickly)('watcher', {
    onNodeDisconnect: ({ name }) => events.push(`-${name}`),
  })
  await g.waitProcess('paused')
  child.kill('SIGSTOP')
  await restart()
  await suspects(g, 'paused')
  // Looks at a suspected node come with every sixth heartbeat.
  await delay(15 * TIMING.heartbeatMs)
  child.kill('SIGCONT')
  await g.waitProcess('paused', { timeout: '10s' })
  expect(events).toEqual([])
})

test('a newcomer takes nothing from a process that is between two connections', async () => {
  const { server, join } = await ownPipeline(connectQuickly)
  const { url, names, breakOff } = await breakable(server)
  const child = await quickNode(url, 'broken')
  const events: string[] = []
  const g = await join('watcher', { onNodeDisconnect: ({ name }) => events.push(`-${name}`) })
  await g.waitProcess('broken')
  await waitUntil(() => names().includes('broken (heartbeat)'))
  child.kill('SIGSTOP')
  expect(breakOff('broken') + breakOff('broken (heartbeat)')).toBeGreaterThan(1)
  await join('newcomer')
  await suspects(g, 'broken')
  await delay(15 * TIMING.heartbeatMs)
  child.kill('SIGCONT')
  await g.waitProcess('broken', { timeout: '10s' })
  expect(events).toEqual([])
})

test('a claim that was given up without its holder being gone is made again', async () => {
  const { server, join } = await ownPipeline(connectQuickly)
  await join('holder')
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const bucket = await new Kvm(nc).open('daffi_test_names')
  await bucket.purge('holder')
  await waitFor(async () => expect((await bucket.get('holder'))?.operation).toBe('PUT'))
  await expect(join('holder')).rejects.toMatchObject({ code: 'DAFFI_DUPLICATE_NAME' })
})

test('a node that hears another under its own name looks at once who has it', async () => {
  const { server, join } = await ownPipeline()
  const holder = await join('holder')
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const bucket = await new Kvm(nc).open('daffi_test_names')
  const claim = await bucket.get('holder')
  const record = JSON.stringify({ ...claim?.json<object>(), incarnation: 'other' })
  nc.subscribe('daffi.test.node.holder.ping.other', {
    callback: (_, message) => void message.respond(record),
  })
  await bucket.put('holder', record)
  const lost = expect(holder.join()).rejects.toMatchObject({ code: 'DAFFI_NAME_LOST' })
  nc.publish('daffi.test.presence.beat', JSON.stringify({ name: 'holder', id: 'other', blockedMs: 0 }))
  await lost
  // Without the heartbeat it would look after ten seconds.
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
  await expect.poll(() => bucket.get('ghost')).toBeNull()
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
  await waitFor(() => expect(events).toEqual(['-last']))
  expect(holder.processName).toBe('holder')
})
