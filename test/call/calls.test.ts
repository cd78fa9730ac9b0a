import { setImmediate } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { BROADCAST, context, FG, NO_RETURN, RemoteError } from 'daffi'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { ownPipeline } from '../support/pipeline.js'
import { waitFor } from '../support/wait.js'

interface Callbacks {
  add: (...numbers: unknown[]) => number
  ad: (...numbers: unknown[]) => number
  optional: (...numbers: unknown[]) => number
  who: () => string
  count: () => number
  fail: () => never
  hang: () => void
  store: (n: number) => void
  name: (text: string) => string
  ask: () => number
}

const add = (a: number, b: number): number => a + b

describe('FG', () => {
  test('gives the value of one of the nodes that offer the callback', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('adder', { callbacks: { add } })
    const g = await join('caller')
    expect(await g.call.add(1, 2)).toBe(3)
    expect(await g.call.add(1, 2).to('adder').with(FG)).toBe(3)
  })

  test('is answered by the own node only when nobody else offers the callback', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const who = (name: string) => ({ callbacks: { who: () => name } })
    const g = await join('own', who('own'))
    expect(await g.call.who()).toBe('own')
    await join('other', who('other'))
    await g.waitProcess('other')
    const answers = await Promise.all(Array.from({ length: 20 }, () => g.call.who()))
    expect(new Set(answers)).toEqual(new Set(['other']))
    expect(await g.call.who().to('own')).toBe('own')
  })

  test('what the own node gives is a copy, or refused, as from any other', async () => {
    const { join } = await ownPipeline<Record<string, (...args: unknown[]) => unknown>>()
    const kept = { list: [1] }
    const g = await join('own', { callbacks: { kept: () => kept, pattern: () => ({ of: /a/ }) } })
    const result = await g.callback('kept')()
    expect(result).toEqual(kept)
    expect(result).not.toBe(kept)
    await expect(g.callback('pattern')()).rejects.toMatchObject({
      code: 'DAFFI_UNSENDABLE',
      message: expect.stringContaining('the result.of cannot be sent') as string,
    })
  })

  test('is sent once, however often it is awaited', async () => {
    const { join } = await ownPipeline<Callbacks>()
    let calls = 0
    await join('counter', { callbacks: { count: () => ++calls } })
    const g = await join('caller')
    const call = g.call.count()
    expect([await call, await call, calls]).toEqual([1, 1, 1])
    await expect(call.with(FG)).rejects.toMatchObject({ code: 'DAFFI_USAGE' })
  })

  test('a remote error keeps its name, message, code and node', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const fail = (): never => {
      throw Object.assign(new TypeError('no such file'), { code: 'ENOENT' })
    }
    await join('broken', { callbacks: { fail } })
    const g = await join('caller')
    const error = await g.call.fail().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(RemoteError)
    const over: string[] = []
    const failed = g.call
      .fail()
      .to('broken')
      .finally(() => over.push('failed'))
    await expect(failed).rejects.toBeInstanceOf(RemoteError)
    expect(over).toEqual(['failed'])
    expect(error).toMatchObject({
      code: 'DAFFI_REMOTE',
      message: 'no such file',
      remoteName: 'TypeError',
      remoteCode: 'ENOENT',
      node: 'broken',
      remoteStack: expect.stringContaining('calls.test.ts') as string,
    })
  })

  test('a caller that gives up aborts the signal of the callback', async () => {
    const { join } = await ownPipeline<Callbacks>()
    let begun = false as boolean
    const aborted = deferred()
    const hang = async (): Promise<void> => {
      begun = true
      context().signal.addEventListener('abort', () => aborted.resolve())
      await aborted.promise
    }
    await join('slow', { callbacks: { hang } })
    const g = await join('caller')
    // On a busy machine the time may be over before the callback has begun.
    do
      await expect(g.call.hang().with(FG({ timeout: '50ms' }))).rejects.toMatchObject({
        code: 'DAFFI_TIMEOUT',
      })
    while (!begun)
    await aborted.promise
  })

  test('what is known to be wrong is refused before it is sent', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('adder', { callbacks: { add, optional: (a: number, b = 1): number => a + b } })
    const g = await join('caller')
    await expect(g.call.ad(1, 2)).rejects.toMatchObject({
      code: 'DAFFI_UNKNOWN_CALLBACK',
      message: 'no node offers "ad"; there is add, optional. Did you mean "add"?',
    })
    await expect(g.call.add(1, 2).to('ader')).rejects.toMatchObject({ code: 'DAFFI_UNKNOWN_NODE' })
    await expect(g.call.add(1)).rejects.toMatchObject({
      code: 'DAFFI_ARGUMENT_COUNT',
      message: '"add" takes 2 arguments, not 1',
    })
    await expect(g.call.optional(1, 2, 3)).rejects.toMatchObject({
      message: '"optional" takes 1 to 2 arguments, not 3',
    })
    await expect(g.call.add(1, () => 2)).rejects.toMatchObject({
      code: 'DAFFI_UNSENDABLE',
      message: 'argument 2 of "add" cannot be sent: it is a function',
    })
  })

  test('a node that leaves finishes the call it is at', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const begun = deferred()
    const release = deferred()
    const slow = await join('slow', {
      callbacks: {
        hang: async (): Promise<void> => {
          begun.resolve()
          await release.promise
        },
      },
    })
    const g = await join('caller')
    const answer = g.call
      .hang()
      .to('slow')
      .with(FG({ timeout: 0 }))
    await begun.promise
    const closing = slow.close()
    release.resolve()
    await closing
    await expect(answer).resolves.toBeUndefined()
  })
})

test('there is a context inside a callback and what it awaits, and nowhere else', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const who = async (): Promise<string> => {
    await setImmediate()
    return context().g.processName
  }
  await join('inside', { callbacks: { who } })
  const g = await join('outside')
  expect(await g.call.who()).toBe('inside')
  expect(() => context()).toThrow(expect.objectContaining({ code: 'DAFFI_NO_CONTEXT' }))
})

test('NO_RETURN resolves when a node has the call', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const seen: number[] = []
  const all = deferred()
  const store = (n: number): void => {
    seen.push(n)
    if (seen.length === 100) all.resolve()
  }
  await join('storage', { callbacks: { store } })
  const g = await join('caller')
  for (let n = 0; n < 100; n++) await g.call.store(n).with(NO_RETURN)
  await all.promise
  expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n))
})

describe('BROADCAST', () => {
  test('collects values and errors by node, the own one too', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const named = (name: string) => ({ callbacks: { name: (text: string) => `${name}.${text}` } })
    await join('b', named('b'))
    await join('c', {
      callbacks: {
        name: (_text: string): never => {
          throw new Error('no name')
        },
      },
    })
    const g = await join('a', named('a'))
    const names = await g.call.name('x').with(BROADCAST)
    expect(Object.keys(names)).toEqual(['a', 'b', 'c'])
    expect(names).toMatchObject({
      a: 'a.x',
      b: 'b.x',
      c: { code: 'DAFFI_REMOTE', message: 'no name', node: 'c' },
    })
  })

  test('a node that does not answer in time is an error in its place', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const hang = deferred()
    await join('quick', { callbacks: { ask: () => 1 } })
    await join('slow', { callbacks: { ask: () => hang.promise } })
    const g = await join('caller')
    // On a busy machine the quick one may be too slow as well.
    await waitFor(async () => {
      const answers = await g.call.ask().with(BROADCAST({ timeout: '200ms' }))
      expect(answers).toMatchObject({ quick: 1, slow: { code: 'DAFFI_TIMEOUT' } })
    })
    hang.resolve()
  })
})

test('any NATS client calls with a JSON array and is answered in JSON', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('adder', { callbacks: { add } })
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const reply = await nc.request('daffi.test.call.add', '[1, 2]', { timeout: 10_000 })
  expect(reply.string()).toBe('3')
  const refusal = await nc.request('daffi.test.call.add', '[1]', { timeout: 10_000 })
  expect(refusal.headers?.get('Nats-Service-Error-Code')).toBe('DAFFI_ARGUMENT_COUNT')
  expect(refusal.json()).toMatchObject({ code: 'DAFFI_ARGUMENT_COUNT', node: 'adder' })
})

test('after close there are no calls, and closing again is fine', async () => {
  const { join } = await ownPipeline<Callbacks>()
  const g = await join('short')
  await Promise.all([g.close(), g.close()])
  await g.join()
  await expect(g.call.add(1, 2)).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
})
