import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { context, DaffiError, FG, Global, NO_RETURN } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { mortalServer } from '../support/mortal-server.js'
import { connectQuickly } from '../fixtures/nodes/quick.mjs'
import { fixture } from '../support/paths.js'
import { ownPipeline } from '../support/pipeline.js'
import { waitUntil } from '../support/wait.js'

interface Callbacks {
  hang: () => Promise<void>
  flaky: () => number
  late: () => Promise<string>
  quick: () => string
  fail: () => void
}

async function hangingNode(server: string, name: string): Promise<ChildProcess> {
  const child = fork(fixture('nodes/hanging.mjs'), [server, name])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

test('of a node that dies in the middle of a call its caller learns soon, whoever of many had it', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const nodes = await Promise.all(['one', 'two'].map((name) => hangingNode(server, name)))
  const g = await join('caller')
  await Promise.all(['one', 'two'].map((name) => g.waitProcess(name)))
  const called = Promise.race(nodes.map((node) => once(node, 'message').then(() => node)))
  const calling = g.call.hang().with(FG({ timeout: 0 }))
  const busy = await called
  busy.kill('SIGKILL')
  await expect(calling).rejects.toMatchObject({ code: 'DAFFI_NODE_DIED' })
})

test('a call that is under way when the server restarts fails at once, and the next one succeeds', async () => {
  const { url, restart } = await mortalServer()
  const begun = deferred()
  const release = deferred()
  const quick = (): string => 'quick'
  const hang = async (): Promise<void> => {
    begun.resolve()
    await release.promise
  }
  const join = async (processName: string, callbacks = {}): Promise<Global<Callbacks>> => {
    const g = await Global.connect<Callbacks>({ server: url, pipeline: 'test', processName, callbacks })
    onTestFinished(() => g.close())
    return g
  }
  await waitUntil(() => join('worker', { hang, quick }).catch(() => false))
  const g = await join('caller')
  const calling = g.call.hang().with(FG({ timeout: 0 }))
  await begun.promise
  const failing = expect(calling).rejects.toMatchObject({ code: 'DAFFI_SERVER_LOST' })
  await restart()
  await failing
  expect(await g.call.quick().with(FG({ retry: { attempts: 50, delay: '100ms' } }))).toBe('quick')
  release.resolve()
})

test('an error of any length is given to the caller, shortened, and holds up nothing after it', async () => {
  const { join } = await ownPipeline<{ fail: (length: number) => void; echo: (text: string) => string }>()
  const fail = (length: number): void => {
    throw new Error('x'.repeat(length), { cause: new Error('y'.repeat(length)) })
  }
  await join('worker', { callbacks: { fail, echo: (text: string) => text } })
  const g = await join('caller')
  const lengths = [10_000, 500_000, 4_000_000, ...Array.from({ length: 20 }, () => 450_000)]
  const errors = lengths.map(
    async (length) => await g.call.fail(length).then(undefined, (error: unknown) => error),
  )
  for (const error of await Promise.all(errors)) {
    expect(error).toMatchObject({
      code: 'DAFFI_REMOTE',
      cause: { message: expect.stringMatching(/^y+…$/) as string },
    })
    expect((error as Error).message.length).toBe(8193)
  }
  expect(await g.call.echo('z'.repeat(100_000))).toHaveLength(100_000)
})

test('whatever a callback throws is given to the caller', async () => {
  const { join } = await ownPipeline<{ fail: (kind: string) => void }>()
  const thrown: Record<string, unknown> = {
    nothing: undefined,
    bare: Object.create(null),
    odd: Object.assign(new Error('odd'), { name: null, stack: null, code: 7, message: null }),
  }
  const fail = (kind: string): void => {
    throw thrown[kind]
  }
  await join('worker', { callbacks: { fail } })
  const g = await join('caller')
  for (const kind of Object.keys(thrown)) {
    await expect(g.call.fail(kind)).rejects.toMatchObject({ code: 'DAFFI_REMOTE', remoteName: 'Error' })
    await g.call.fail(kind).with(NO_RETURN)
  }
  await expect(g.call.fail('nothing')).rejects.toMatchObject({ code: 'DAFFI_REMOTE' })
})

test('retry calls again, for as many attempts and the errors that it names', async () => {
  const { join } = await ownPipeline<Callbacks>()
  let calls = 0
  const flaky = (): number => {
    if (++calls < 3) throw Object.assign(new Error('not yet'), { code: 'EAGAIN' })
    return calls
  }
  await join('worker', { callbacks: { flaky } })
  const g = await join('caller')
  expect(await g.call.flaky().with(FG({ retry: { attempts: 3, delay: '1ms' } }))).toBe(3)
  calls = 0
  const on = ['ECONNRESET']
  await expect(g.call.flaky().with(FG({ retry: { attempts: 3, delay: '1ms', on } }))).rejects.toMatchObject({
    remoteCode: 'EAGAIN',
  })
  expect(calls).toBe(1)
  await expect(g.call.flaky().with(FG({ retry: { attempts: 0 } }))).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
  })
})

test.each(['another node', 'the same node'])(
  'a code of daffi that a callback of %s throws is its own',
  async (where) => {
    const { join } = await ownPipeline<Callbacks>()
    let calls = 0
    const died = Object.assign(new Error('died'), { code: 'DAFFI_NODE_DIED' })
    const fail = (error: Error) => (): never => {
      calls++
      throw error
    }
    const worker = await join('worker', {
      callbacks: {
        fail: fail(died),
        // The error of another call, which it lets pass.
        hang: async (): Promise<void> => {
          await context<Callbacks>().g.call.quick().to('gone')
        },
        late: fail(new DaffiError('DAFFI_NODE_DIED', 'made by hand')),
        quick: function* (): Generator<string> {
          fail(new DaffiError('DAFFI_SERVER_LOST', 'in a generator'))()
        } as unknown as () => string,
      },
    })
    const g = where === 'the same node' ? worker : await join('caller')
    const on = ['DAFFI_NODE_DIED', 'DAFFI_UNKNOWN_NODE', 'DAFFI_SERVER_LOST']
    const retry = FG({ retry: { attempts: 3, delay: 0, on } })
    for (const name of ['fail', 'hang', 'late', 'quick'] as const) {
      calls = 0
      const error: unknown = await g.call[name]()
        .with(retry)
        .catch((reason: unknown) => reason)
      if (g !== worker)
        expect(error, name).toMatchObject({
          code: 'DAFFI_REMOTE',
          remoteCode: expect.stringMatching(/^DAFFI_(NODE_DIED|UNKNOWN_NODE|SERVER_LOST)$/) as string,
        })
      expect(calls, name).toBe(name === 'hang' ? 0 : 1)
    }
    // Without codes, each failure of a callback is worth another attempt.
    calls = 0
    await g.call
      .late()
      .with(FG({ retry: { attempts: 3, delay: 0 } }))
      .catch(() => undefined)
    expect(calls).toBe(3)
  },
)

test('a reply that comes too late disturbs nobody', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const release = deferred()
  const replied = deferred()
  let begun = false as boolean
  const late = async (): Promise<string> => {
    begun = true
    await release.promise
    setImmediate(() => replied.resolve())
    return 'late'
  }
  await join('worker', { callbacks: { late, quick: () => 'quick' } })
  const g = await join('caller')
  // On a busy machine the time may be over before the callback has begun.
  do
    await expect(g.call.late().with(FG({ timeout: '50ms' }))).rejects.toMatchObject({ code: 'DAFFI_TIMEOUT' })
  while (!begun)
  release.resolve()
  await replied.promise
  expect(await g.call.quick()).toBe('quick')
})

test('a remote error brings what it was caused by', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const fail = (): void => {
    const cause = Object.assign(new TypeError('disk on fire'), { code: 'EIO' })
    throw new Error('could not save', { cause })
  }
  await join('worker', { callbacks: { fail } })
  const g = await join('caller')
  await expect(g.call.fail()).rejects.toMatchObject({
    message: 'could not save',
    cause: { name: 'TypeError', message: 'disk on fire', code: 'EIO' },
  })
})
