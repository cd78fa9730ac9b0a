import { FG, STREAM, type StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { subjectsOf } from '../../support/jetstream.js'
import { mortalServer } from '../../support/mortal-server.js'
import { joinOn, mortalPipeline } from '../../support/pipeline.js'

interface Callbacks {
  take: (n: Buffer) => void
}

/** Items until `enough` resolves, one every few milliseconds. */
async function* paced(enough: Promise<void>): AsyncGenerator<Buffer> {
  for (let n = 0; ; n++) {
    const item = Buffer.alloc(2_000_000)
    item.writeUInt32BE(n)
    yield item
    const pause = new Promise((resolve) => setTimeout(resolve, 10, 'go on'))
    if ((await Promise.race([pause, enough])) !== 'go on') return
  }
}

test.each([{}, { shm: false as const }])(
  'a live stream goes on after a restart of the server: %o',
  async (options) => {
    const { join, restart } = await mortalPipeline<Callbacks>()
    const [first, second] = [deferred(), deferred()]
    let restarted = false
    await join('viewer', {
      callbacks: { take: (_item: Buffer) => (restarted ? second : first).resolve() },
    })
    const g = await join('writer')
    const streaming = g.call.take(paced(second.promise)).with(STREAM({ delivery: 'live', ...options }))
    await first.promise
    await restart()
    restarted = true
    const summary = await streaming
    const { viewer } = summary.receivers
    expect(viewer).toMatchObject({ state: 'finished', failed: 0 })
    expect((viewer?.processed ?? 0) + (viewer?.dropped ?? 0) + (viewer?.lost ?? 0)).toBe(viewer?.offered)
  },
)

test('a lossless stream through the server fails with a clear error after a restart of the server', async () => {
  const { join, restart } = await mortalPipeline<Callbacks>()
  const first = deferred()
  const enough = deferred()
  const taken: number[] = []
  await join('keeper', {
    callbacks: {
      take: (item: Buffer) => {
        taken.push(item.readUInt32BE())
        first.resolve()
      },
    },
  })
  const g = await join('writer')
  const streaming = g.call.take(paced(enough.promise)).with(STREAM({ shm: false }))
  const outcome = streaming.then(
    (summary) => ({ summary, error: undefined }),
    (reason: unknown) => {
      const error = reason as { code: string; message: string; summary: StreamSummary }
      return { summary: error.summary, error }
    },
  )
  await first.promise
  await restart()
  const { summary, error } = await outcome.finally(() => enough.resolve())
  expect(error).toMatchObject({ code: 'DAFFI_STREAM_FAILED', cause: { code: 'DAFFI_STREAM_LOST' } })
  expect(error?.message).toContain('the server was restarted and lost what the stream had in flight')
  const { keeper } = summary.receivers
  expect(taken).toEqual(taken.map((_, n) => n))
  expect((keeper?.processed ?? 0) + (keeper?.lost ?? 0)).toBe(keeper?.offered)
})

test('a lossless stream in shared memory goes on after a restart of the server', async () => {
  const { join, restart } = await mortalPipeline<Callbacks>()
  const first = deferred()
  const enough = deferred()
  const taken: number[] = []
  let before = Infinity
  await join('keeper', {
    callbacks: {
      take: (item: Buffer) => {
        taken.push(item.readUInt32BE())
        first.resolve()
        if (taken.length > before + 50) enough.resolve()
      },
    },
  })
  const g = await join('writer')
  const streaming = g.call.take(paced(enough.promise)).with(STREAM)
  await first.promise
  await restart()
  before = taken.length
  const summary = await streaming
  expect(taken).toEqual(Array.from({ length: summary.items }, (_, n) => n))
  expect(summary).toMatchObject({
    error: null,
    receivers: { keeper: { lane: 'shm', state: 'finished', lost: 0, dropped: 0 } },
  })
})

test('a lossless stream between processes of one host does not need the server while it lasts', async () => {
  const server = await mortalServer()
  const join = joinOn<Callbacks>(server.url)
  const [first, second] = [deferred(), deferred()]
  const taken: number[] = []
  let enough = Infinity
  await join('keeper', {
    callbacks: {
      take: (item: Buffer) => {
        taken.push(item.readUInt32BE())
        first.resolve()
        if (taken.length > enough) second.resolve()
      },
    },
  })
  const g = await join('writer')
  const streaming = g.call.take(paced(second.promise)).with(STREAM)
  await first.promise
  await server.kill()
  enough = taken.length + 100
  await second.promise
  const summary = await streaming
  expect(taken).toEqual(Array.from({ length: summary.items }, (_, n) => n))
  expect(summary).toMatchObject({ error: null, receivers: { keeper: { state: 'finished', lost: 0 } } })
  server.startAgain()
})

test('calls work again after a restart of the server, and names are still held', async () => {
  const { server, join, restart } = await mortalPipeline<Callbacks>()
  await join('keeper', { callbacks: { take: (item: Buffer) => item.length } })
  const g = await join('caller')
  await restart()
  await expect
    .poll(() =>
      g.call
        .take(Buffer.from('abc'))
        .with(FG({ timeout: '1s' }))
        .then(
          (length) => length,
          () => undefined,
        ),
    )
    .toBe(3)
  // The nodes claim their names again when they are back, which takes a moment.
  await expect.poll(() => subjectsOf(server, 'KV_daffi_test_names')).toContain('$KV.daffi_test_names.keeper')
  await expect(join('keeper')).rejects.toMatchObject({ code: 'DAFFI_DUPLICATE_NAME' })
})
