import { connect } from '@nats-io/transport-node'
import { BG, BROADCAST, context, type DaffiError, FG, type Global, NO_RETURN } from 'daffi'
import { expect, onTestFinished, test, vi } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { connectUnaware } from '../fixtures/nodes/quick.mjs'
import { mortalServer } from '../support/mortal-server.js'
import { joinOn, ownPipeline } from '../support/pipeline.js'
import { withoutChannels } from '../support/without-channels.js'
import { start } from '../support/talking-process.js'
import { waitFor } from '../support/wait.js'

interface Callbacks {
  echo: (value: Uint8Array) => Uint8Array
  who: () => string
  fail: () => void
  hang: () => Promise<void>
  hear: (what: string) => void
  work: (what: unknown) => Promise<string>
}

test('while the server is away calls of nodes on this host go on, whatever they are', async () => {
  const { url, kill } = await mortalServer()
  const join = joinOn<Callbacks>(url)
  const heard = vi.fn()
  const cancelled = deferred<string | undefined>()
  const begun = deferred()
  const callbacks = (name: string) => ({
    echo: (value: Uint8Array) => value,
    who: () => name,
    fail: () => {
      throw Object.assign(new Error('no ≠ sense'), { code: 'ENOPE' })
    },
    hear: (what: string) => void heard(name, what),
    hang: async () => {
      const { signal } = context()
      begun.resolve()
      await new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => {
          cancelled.resolve((signal.reason as Error).message)
          resolve()
        }),
      )
    },
  })
  await join('one', { callbacks: callbacks('one') })
  await join('two', { callbacks: callbacks('two') })
  const g = await join('caller')
  for (const name of ['one', 'two']) await opened(url, g, name)
  await kill()

  expect(await Promise.all([g.call.who(), g.call.who()])).toEqual(expect.arrayContaining(['one', 'two']))
  expect(await g.call.who().with(BROADCAST)).toEqual({ one: 'one', two: 'two' })
  await g.call.hear('a').with(NO_RETURN)
  await g.call.hear('b').with(BROADCAST({ returnResult: false }))
  await waitFor(() => expect(heard).toHaveBeenCalledTimes(3))
  for (const bytes of [0, 100_000, 3_000_000]) {
    const value = Buffer.alloc(bytes, bytes % 251)
    expect(Buffer.compare(await g.call.echo(value), value), String(bytes)).toBe(0)
  }
  await expect(g.call.fail()).rejects.toMatchObject({ remoteCode: 'ENOPE', message: 'no ≠ sense' })
  const delayed = await g.call
    .who()
    .to('two')
    .with(BG({ delay: '20ms' }))
  expect(await delayed.get()).toBe('two')

  const abort = new AbortController()
  const hanging = expect(g.call.hang().with(FG({ signal: abort.signal }))).rejects.toMatchObject({
    code: 'DAFFI_ABORTED',
  })
  await begun.promise
  abort.abort()
  await hanging
  expect(await cancelled.promise).toBe('the caller gave up')
})

test('of a node that is killed in the middle of a call the caller learns by their broken channel', async () => {
  const { server } = await ownPipeline()
  const worker = start('call-worker', [server, 'worker', 'stuck'])
  expect(await worker.said()).toBe('ready')
  // No heartbeat of this node is missed within the test, nor a question asked.
  const g = await joinOn<Callbacks>(server, connectUnaware)('caller')
  await g.waitProcess('worker')
  await opened(server, g, 'worker')
  const calling = expect(g.call.work('wait').with(FG({ timeout: 0 }))).rejects.toMatchObject({
    code: 'DAFFI_NODE_DIED',
  })
  await worker.said()
  worker.child.kill('SIGKILL')
  await calling
  await expect(g.call.who()).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_CALLBACK' })
})

test('a call that a node has no turn for is sent to another one, and comes back when there is none', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const release = deferred()
  const begun = vi.fn()
  const callbacks = (name: string) => ({
    work: async (what: unknown): Promise<string> => {
      begun()
      if (what === 'wait') await release.promise
      return name
    },
    who: () => name,
  })
  const options = { work: { concurrency: 1 } }
  await join('one', { callbacks: callbacks('one'), options })
  await join('two', { callbacks: callbacks('two'), options })
  const [g, other] = [await join('caller'), await join('other')]
  for (const name of ['one', 'two']) await opened(server, g, name)
  const waiting = [other.call.work('wait').to('one').with(FG)]
  await waitFor(() => expect(begun).toHaveBeenCalledTimes(1))
  for (let n = 0; n < 4; n++) expect(await g.call.work(n)).toBe('two')
  waiting.push(other.call.work('wait').to('two').with(FG))
  await waitFor(() => expect(begun).toHaveBeenCalledTimes(6))
  const late = [1, 2, 3].map((n) => g.call.work(n).with(FG))
  await g.call.who()
  release.resolve()
  expect(await Promise.all(waiting)).toEqual(['one', 'two'])
  expect(await Promise.all(late)).toHaveLength(3)
})

test('a node without channels is called through the server', async () => {
  const { url, kill } = await mortalServer()
  const join = joinOn<Callbacks>(url)
  await withoutChannels(() => join('worker', { callbacks: { who: () => 'worker' } }))
  const g = await join('caller')
  expect(await g.call.who()).toBe('worker')
  expect(await g.call.who()).toBe('worker')
  await kill()
  // The first one may be sent before the connection is known to be broken.
  for (const codes of [['DAFFI_TIMEOUT', 'DAFFI_SERVER_LOST'], ['DAFFI_TIMEOUT']]) {
    const code = await g.call
      .who()
      .with(FG({ timeout: '200ms' }))
      .catch((error: unknown) => (error as DaffiError).code)
    expect(codes).toContain(code)
  }
})

/** Calls a node until nothing of a call goes through the server. */
async function opened(server: string, g: Global<Callbacks>, node: string): Promise<void> {
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  let seen
  const subject = `daffi.test.node.${node}.>`
  nc.subscribe(subject, { callback: () => void (seen = true) })
  await nc.flush()
  do {
    seen = false
    expect(await g.call.who().to(node)).toBe(node)
    await nc.flush()
  } while (seen)
}
