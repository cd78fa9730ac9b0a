import { context, RemoteError } from 'daffi'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { ownPipeline } from '../../support/pipeline.js'

interface Callbacks {
  generate: (n: number) => AsyncGenerator<number>
  count: (n: number) => Generator<number>
  frames: () => Generator<Buffer>
  endless: () => AsyncGenerator<number>
  breaks: () => Generator<number>
  add: (a: number, b: number) => number
}

async function* generate(n: number): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) yield await Promise.resolve(i)
}

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('a callback that yields', () => {
  test('gives its items one by one, in order, of any size', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const frames = function* (): Generator<Buffer> {
      for (let i = 0; i < 3; i++) yield Buffer.alloc(12_000_000, i)
    }
    await join('provider', { callbacks: { generate, frames } })
    const g = await join('caller')
    expect(await listOf(g.call.generate(1000))).toEqual(numbers(1000))
    expect(await listOf(g.call.generate(0))).toEqual([])
    const got = await listOf(g.call.frames().to('provider'))
    expect(got.map((frame) => [frame.length, frame[0], frame.at(-1)])).toEqual(
      [0, 1, 2].map((i) => [12_000_000, i, i]),
    )
    expectTypeOf(g.call.generate(1)).toExtend<AsyncIterable<number>>()
  })

  test('gives an array when it is awaited', async () => {
    const { join } = await ownPipeline<Callbacks>()
    await join('provider', { callbacks: { generate } })
    const g = await join('caller')
    const all = await g.call.generate(5)
    expectTypeOf(all).toEqualTypeOf<number[]>()
    expect(all).toEqual([0, 1, 2, 3, 4])
  })

  test('is stopped when the loop is left: its finally runs, its signal aborts', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const ended = deferred()
    const aborted = deferred()
    const endless = async function* (): AsyncGenerator<number> {
      context().signal.addEventListener('abort', () => aborted.resolve())
      try {
        for (let i = 0; ; i++) yield await Promise.resolve(i)
      } finally {
        ended.resolve()
      }
    }
    await join('provider', { callbacks: { endless } })
    const g = await join('caller')
    for await (const i of g.call.endless()) if (i === 10) break
    await Promise.all([ended.promise, aborted.promise])
  })

  test('its error reaches the caller whole, after the items before it', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const breaks = function* (): Generator<number> {
      yield 1
      yield 2
      throw Object.assign(new RangeError('no third'), { code: 'ETHIRD' })
    }
    await join('provider', { callbacks: { breaks } })
    const g = await join('caller')
    const got: unknown[] = []
    const failure = (async () => {
      for await (const item of g.call.breaks()) got.push(item)
    })()
    await expect(failure).rejects.toThrow(RemoteError)
    await expect(failure).rejects.toMatchObject({
      message: 'no third',
      remoteName: 'RangeError',
      remoteCode: 'ETHIRD',
      node: 'provider',
    })
    expect(got).toEqual([1, 2])
    await expect(g.call.breaks()).rejects.toMatchObject({ message: 'no third', remoteCode: 'ETHIRD' })
  })

  test('is held back by a caller that takes its time', async () => {
    const { join } = await ownPipeline<Callbacks>()
    let made = 0
    const frames = function* (): Generator<Buffer> {
      for (; made < 200; made++) yield Buffer.alloc(1_000_000)
    }
    await join('provider', { callbacks: { frames } })
    const g = await join('caller')
    const items = g.call.frames()[Symbol.asyncIterator]()
    for (let i = 0; i < 3; i++) await items.next()
    expect(made).toBeLessThan(100)
    await items.return?.()
  })

  test('of the own node is used when no other has it', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const g = await join('own', { callbacks: { generate } })
    expect(await listOf(g.call.generate(100))).toEqual(numbers(100))
    expect(await g.call.generate(3)).toEqual([0, 1, 2])
  })

  test('ends when its caller dies, and its provider may leave', async () => {
    const { join } = await ownPipeline<Callbacks>()
    const ended = deferred()
    const endless = async function* (): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield await Promise.resolve(i)
      } finally {
        ended.resolve()
      }
    }
    await join('provider', { callbacks: { endless } })
    const g = await join('caller')
    const items = g.call.endless()[Symbol.asyncIterator]()
    await items.next()
    await g.close()
    await ended.promise
    await items.return?.()
  })
})

test('what gives one value cannot be iterated over, and what is iterated over not awaited', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('adder', { callbacks: { add: (a: number, b: number) => a + b, generate } })
  const g = await join('caller')
  const items = g.call.add(1, 2) as unknown as AsyncIterable<unknown>
  await expect(listOf(items)).rejects.toMatchObject({ remoteCode: 'DAFFI_NOT_YIELDING' })
  const call = g.call.generate(1)
  await listOf(call)
  await expect(call).rejects.toMatchObject({ code: 'DAFFI_USAGE' })
})
