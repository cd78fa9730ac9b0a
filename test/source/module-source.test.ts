import { expect, test } from 'vitest'
import { DaffiError } from '../../src/runtime/core/errors.js'
import type { ModulePlan } from '../../src/runtime/core/plan/plan.js'
import { RESUME, type Resumable } from '../../src/runtime/core/stream/resumable.js'
import type { SourceContext } from '../../src/runtime/source/index.js'
import { feed } from '../../src/runtime/stream/common/write/feed.js'
import { collect, open } from './support.js'

const plan: ModulePlan = {
  kind: 'module',
  file: '/project/sources/lines.ts',
  export: 'default',
  args: undefined,
}

function openExport(value: unknown, { args, ...context }: { args?: unknown } & Partial<SourceContext> = {}) {
  const load = () => Promise.resolve({ default: value })
  return open({ ...plan, args }, { load, ...context })
}

test.each([
  ['an array', [1, 2, 3]],
  ['a set', new Set([1, 2, 3])],
  ['a function that returns an array', () => [1, 2, 3]],
  ['an async function that returns an array', () => Promise.resolve([1, 2, 3])],
  [
    'a generator function',
    function* () {
      yield* [1, 2, 3]
    },
  ],
  [
    'an async generator function',
    async function* () {
      yield await Promise.resolve(1)
      yield* [2, 3]
    },
  ],
  ['promises', [1, Promise.resolve(2), 3]],
])(
  '%s is iterated over, also as a stream does, which waits for no item that is there at once',
  async (_, value) => {
    expect(await collect(openExport(value))).toEqual([1, 2, 3])
    expect(await streamed(openExport(value))).toEqual([1, 2, 3])
  },
)

test.each([
  ['gives no object', (): unknown => 7, /TypeError: Iterator result 7 is not an object/],
  [
    'throws',
    () => {
      throw new RangeError('no line')
    },
    /RangeError: no line/,
  ],
])('an iterator whose next() %s has failed, and is not closed', async (_, fail, message) => {
  let [count, closed] = [0, false]
  const next = (): unknown => (++count < 5 ? { value: count } : fail())
  const close = (): unknown => {
    closed = true
    return {}
  }
  const items = { [Symbol.iterator]: () => ({ next, return: close }) }
  await expect(streamed(openExport(items))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringMatching(message) as string,
  })
  expect(closed).toBe(false)
})

/** The items as a stream takes them. */
async function streamed(
  items: AsyncIterable<unknown>,
  signal = new AbortController().signal,
): Promise<unknown[]> {
  const all: unknown[] = []
  const accept = (item: unknown): undefined => void all.push(item)
  await feed(items, { signal, accept })
  return all
}

test('items that are there at once end with the source, in their order, and with its clean-up', async () => {
  const seen: unknown[] = []
  const controller = new AbortController()
  const { signal } = controller
  const items = openExport(
    function* () {
      try {
        for (let n = 1; ; n++) {
          if (n === 5) controller.abort()
          yield n % 2 === 0 ? Promise.resolve(n) : n
        }
      } finally {
        seen.push('cleaned up')
      }
    },
    { signal },
  )
  expect(await streamed(items)).toEqual([1, 2, 3, 4, 5])
  expect(seen).toEqual(['cleaned up'])
})

test('the function gets the arguments of the plan, and the signal', async () => {
  const { signal } = new AbortController()
  const items = openExport((...all: unknown[]) => all, { args: { file: 'in.txt' }, signal })
  const [args, context] = await collect(items)
  expect(args).toEqual({ file: 'in.txt' })
  expect(context).toEqual({ signal })
})

test('a named export', async () => {
  const items = open(
    { ...plan, export: 'lines' },
    { load: () => Promise.resolve({ default: [1], lines: [2] }) },
  )
  expect(await collect(items)).toEqual([2])
})

test.each([
  ['text', 'is string, not an iterable'],
  [{ a: 1 }, 'is object, not an iterable'],
  [null, 'is null, not an iterable'],
  [() => 'text', 'returns string, not an iterable'],
  [() => undefined, 'returns undefined, not an iterable'],
])('%j is refused', async (value, message) => {
  await expect(collect(openExport(value))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_NOT_ITERABLE',
    message: `source cam: the default export of ${plan.file} ${message}`,
  })
})

test('an error of the module is reported with its location and cause', async () => {
  const broken = new RangeError('no more lines')
  const items = openExport(function* () {
    yield 1
    throw broken
  })
  expect(await items.next()).toEqual({ done: false, value: 1 })
  const failure = {
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringMatching(
      /^source cam: .*module-source\.test\.ts:\d+: RangeError: no more lines$/,
    ) as string,
    cause: broken,
  }
  await expect(items.next()).rejects.toMatchObject(failure)
  const failing = openExport(function* () {
    yield* [1, 2, 3]
    throw broken
  })
  await expect(streamed(failing)).rejects.toMatchObject(failure)
})

test.each([
  [
    'has none',
    undefined,
    /^Source cam has no args, so its function was called with \(undefined, \{ signal \}\)/,
  ],
  ['has others', { path: 'in.txt' }, /^Correct the args of source cam/],
])('a function that misses args of a source that %s is told of', async (_, args, advice) => {
  const failure = {
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('TypeError') as string,
    next: expect.stringMatching(advice) as string,
  }
  const eager = function* ({ file }: { file: string }) {
    yield file.trim()
  }
  const late = async function* (given: { file: string }) {
    yield given.file.trim()
  }
  for (const lines of [eager, late]) {
    await expect(collect(openExport(lines, { args }))).rejects.toMatchObject(failure)
    await expect(streamed(openExport(lines, { args }))).rejects.toMatchObject(failure)
  }
})

test('a module that breaks by itself is not told of args, nor of ffmpeg', async () => {
  const broken = function* () {
    yield (undefined as unknown as { file: string }).file
  }
  await expect(collect(openExport(broken))).rejects.toMatchObject({
    next: 'The message has the error of the module, and its place there.',
  })
})

test("daffi's own errors are passed on unchanged", async () => {
  const error = new DaffiError('DAFFI_TIMEOUT', 'too late')
  await expect(
    collect(
      openExport(() => {
        throw error
      }),
    ),
  ).rejects.toBe(error)
})

test("leaving the loop calls the iterator's return(), and waits for it", async () => {
  const seen: string[] = []
  const items = openExport(async function* () {
    try {
      yield* [1, 2]
    } finally {
      await Promise.resolve()
      seen.push('cleaned up')
    }
  })
  await items.next()
  await items.return()
  expect(seen).toEqual(['cleaned up'])
})

test.each([
  ['sync', (finished: () => void) => rejecting(finished)],
  ['async', (finished: () => void) => ({ [Symbol.asyncIterator]: () => promising(finished) })],
])('a promise that an iterator (%s) yields and that rejects closes it, with the name', async (_, make) => {
  let isFinished = false
  await expect(collect(openExport(() => make(() => (isFinished = true))))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringMatching(/^source cam: .*test\.ts:\d+: RangeError: no line$/) as string,
  })
  expect(isFinished).toBe(true)
})

test('what a module throws, whatever it is, is an error with the name of the source', async () => {
  const items = openExport(function* () {
    yield 1
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as user's code may
    throw undefined
  })
  await expect(collect(items)).rejects.toMatchObject({ message: 'source cam: undefined' })
})

test('a source that is closed says when its own code is done', async () => {
  const controller = new AbortController()
  const seen: string[] = []
  const closings: Promise<void>[] = []
  const slowly = async function* (): AsyncGenerator<number> {
    try {
      for (;;) {
        yield 1
        await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      await new Promise((resolve) => setImmediate(resolve))
      seen.push('finally')
    }
  }
  const onClosing = (closed: Promise<void>): void => void closings.push(closed)
  const items = openExport(slowly, { signal: controller.signal, onClosing })
  await items.next()
  const next = items.next()
  controller.abort()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(seen).toEqual([])
  await Promise.all(closings)
  expect(seen).toEqual(['finally'])
})

test('an abort between items ends the source, with clean-up', async () => {
  const seen: string[] = []
  const controller = new AbortController()
  const { signal } = controller
  const items = openExport(
    function* () {
      try {
        yield* [1, 2, 3]
      } finally {
        seen.push('cleaned up')
      }
    },
    { signal },
  )
  await items.next()
  controller.abort()
  expect(await items.next()).toEqual({ done: true, value: undefined })
  expect(seen).toEqual(['cleaned up'])
})

test('an abort ends the source even if the next item never comes, and the module sees the signal', async () => {
  const controller = new AbortController()
  const { signal } = controller
  let aborted = false
  const items = openExport(
    async function* (_: unknown, context: { signal: AbortSignal }) {
      yield 1
      context.signal.addEventListener('abort', () => (aborted = true))
      await new Promise(() => undefined)
    },
    { signal },
  )
  await items.next()
  const next = items.next()
  controller.abort()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(aborted).toBe(true)
})

test('an abort ends the source even if the function never returns', async () => {
  const controller = new AbortController()
  const items = collect(openExport(() => new Promise(() => undefined), { signal: controller.signal }))
  controller.abort()
  expect(await items).toEqual([])
})

test('a module that is live is resumed with its new items', async () => {
  const items = openModule({ default: [1, 2], live: true })
  expect(await items[RESUME]?.(30)).toBe(items)
})

test('a module that can begin anywhere is asked to', async () => {
  const all: unknown[][] = []
  const resume = (...args: unknown[]) => {
    all.push(args)
    return Promise.resolve([5, 6])
  }
  const rest = await openModule({ default: [1], resume }, { file: 'in.txt' })[RESUME]?.(4)
  expect(await collect(rest as AsyncIterable<unknown>)).toEqual([5, 6])
  expect(all).toEqual([[4, { file: 'in.txt' }, { signal: expect.any(AbortSignal) as AbortSignal }]])
})

test('any other module begins with its first item again', async () => {
  expect(await openModule({ default: [1] })[RESUME]?.(4)).toBeUndefined()
})

test.each([
  [{ live: 'yes' }, 'live is string, not true or false'],
  [{ resume: 3 }, 'resume is number, not a function'],
  [{ live: true, resume: () => [] }, 'live and resume exclude each other'],
])('exports that say it in a wrong form are refused: %o', async (exports, message) => {
  const rest = openModule({ default: [1], ...exports })[RESUME]?.(4)
  await expect(rest).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_BAD_RESUME',
    message: expect.stringContaining(message) as string,
  })
})

test('what resume returns must be an iterable', async () => {
  const rest = await openModule({ default: [1], resume: () => 'text' })[RESUME]?.(4)
  await expect(collect(rest as AsyncIterable<unknown>)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_BAD_RESUME',
    message: expect.stringContaining('resume returns string, not an iterable') as string,
  })
})

test('a stage yields what it has at hand after the abort, and ends at the first pause', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const items = openExport(
    async function* () {
      yield* [1, 2, 3]
      await new Promise(() => undefined)
    },
    { signal, isStage: true },
  )
  expect(await items.next()).toEqual({ done: false, value: 1 })
  controller.abort()
  expect(await collect(items)).toEqual([2, 3])
})

test('a stage whose queue is empty at the abort ends as soon as the module does', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const items = openExport(
    async function* (_: unknown, context: { signal: AbortSignal }) {
      yield 'the first'
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      yield 'the last one'
    },
    { signal, isStage: true },
  )
  await items.next()
  const next = items.next()
  controller.abort()
  expect(await next).toEqual({ done: false, value: 'the last one' })
  expect(await items.next()).toEqual({ done: true, value: undefined })
})

function openModule(exports: Record<string, unknown>, args?: unknown): Resumable & AsyncIterable<unknown> {
  return open({ ...plan, args }, { load: () => Promise.resolve(exports) })
}

function* rejecting(finished: () => void): Generator {
  try {
    yield Promise.reject(new RangeError('no line'))
  } finally {
    finished()
  }
}

function promising(finished: () => void): AsyncIterator<unknown> {
  return {
    next: () => Promise.resolve({ done: false, value: Promise.reject(new RangeError('no line')) }),
    return: () => {
      finished()
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}
