import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { StreamSummary } from 'daffi'
import { expect, test } from 'vitest'
import { fileServer } from '../../support/file-server.js'
import { start } from '../../support/talking-process.js'
import { temporaryFolder } from '../../support/temporary.js'

/** Longer than the silence after which a node is suspected. */
const PAUSE_MS = 6000

/** The streams that are tried, each in a pipeline of its own, at the same time. */
const KINDS = [
  { pipeline: 'live-shm', options: { delivery: 'live' } },
  { pipeline: 'live-js', options: { delivery: 'live', shm: false } },
  { pipeline: 'lossless-shm', options: {} },
  { pipeline: 'lossless-js', options: { shm: false } },
]

/** A stream from a writer to the receiver `one`, in processes of their own. */
interface Stream {
  writer: ChildProcess
  /** The present process of the receiver. */
  receiver: ChildProcess
  /** Starts another process of the receiver. */
  restart: () => Promise<void>
  /** Numbers that the callback was given, by all processes. */
  taken: () => number[]
  /** Resolves when the callback was given so many more items. */
  more: (count: number) => Promise<void>
  /** Ends the source, and resolves with the summary. */
  end: () => Promise<StreamSummary>
  /** Resolves with the summary when the stream ends by itself. */
  summary: Promise<unknown>
}

async function startStream({ pipeline, options }: { pipeline: string; options: object }): Promise<Stream> {
  const server = await fileServer()
  const file = join(await temporaryFolder(), 'tally')
  writeFileSync(file, '')
  const startReceiver = async (): Promise<ChildProcess> => {
    const { child, said } = start('tally-receiver', [server, pipeline, 'one', file])
    await said()
    return child
  }
  const receiver = await startReceiver()
  const { child: writer, said } = start('tally-writer', [
    server,
    pipeline,
    'writer',
    JSON.stringify(options),
    'one',
  ])
  await said()
  const summary = said()
  const taken = (): number[] => readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number)
  const stream: Stream = {
    writer,
    receiver,
    restart: async () => {
      stream.receiver = await startReceiver()
    },
    taken,
    more: async (count) => {
      const before = taken().length
      await expect
        .poll(() => taken().length, { timeout: 30_000, interval: 50 })
        .toBeGreaterThan(before + count)
    },
    end: async () => {
      writer.send('stop')
      return (await summary) as StreamSummary
    },
    summary,
  }
  return stream
}

/** Does the same with a stream of each kind. */
async function withEach(kinds: typeof KINDS, act: (stream: Stream) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(kinds.map(async (kind) => act(await startStream(kind))))
  const failed = outcomes.flatMap((outcome, n) =>
    outcome.status === 'rejected' ? [`${kinds[n]?.pipeline}: ${String(outcome.reason)}`] : [],
  )
  expect(failed).toEqual([])
}

async function pause(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP')
  await delay(PAUSE_MS)
  child.kill('SIGCONT')
}

/** Checks that each item was given once, in order, and that the account is what the callback got. */
function checkAccount(summary: StreamSummary, numbers: number[], state = 'finished'): void {
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  const { one } = summary.receivers
  expect(one).toMatchObject({ state, processed: numbers.length })
  expect((one?.processed ?? 0) + (one?.dropped ?? 0) + (one?.failed ?? 0) + (one?.lost ?? 0)).toBe(
    one?.offered,
  )
}

test('a pause of the receiver ends nothing, and the account is what the callback got', async () => {
  await withEach(KINDS, async (stream) => {
    await stream.more(50)
    await pause(stream.receiver)
    await stream.more(50)
    checkAccount(await stream.end(), stream.taken())
  })
})

test('a pause of the writer ends nothing, and loses nothing', async () => {
  await withEach(KINDS, async (stream) => {
    await stream.more(50)
    await pause(stream.writer)
    await stream.more(50)
    const summary = await stream.end()
    checkAccount(summary, stream.taken())
    if (summary.delivery === 'lossless') expect(summary.receivers.one?.lost).toBe(0)
  })
})

test('a receiver that is killed and started again goes on, and what it had in hand is lost and counted', async () => {
  await withEach(KINDS, async (stream) => {
    await stream.more(50)
    const exited = once(stream.receiver, 'exit')
    stream.receiver.kill('SIGKILL')
    await exited
    await stream.restart()
    await stream.more(50)
    const summary = await stream.end()
    const numbers = stream.taken()
    const { one } = summary.receivers
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(one).toMatchObject({ state: 'finished', attaches: 2 })
    // What the killed process did after its last report is not known, and counted as lost.
    const { processed = 0, lost = 0 } = one ?? {}
    expect(processed).toBeLessThanOrEqual(numbers.length)
    expect(processed + lost).toBeGreaterThanOrEqual(numbers.length)
    if (summary.delivery === 'lossless') expect(processed + lost).toBe(summary.items)
  })
})
