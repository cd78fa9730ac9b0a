import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { STREAM } from 'daffi'
import { expect, onTestFinished, test, vi } from 'vitest'
import { decode, encode } from '../../../src/runtime/codec/index.js'
import type { Open } from '../../../src/runtime/stream/protocol/messages.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  half: (item: number) => number
  other: (item: number) => void
  take: (item: number) => void
}

test('invitations to the run of a durable stream that are not of its writer end nothing, and are told once', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  let open: Open | undefined
  const states = new Map<string, Set<string>>()
  nc.subscribe('daffi.test.stream.*.open', {
    callback: (_error, { data }) => {
      const message = decode(data) as Open
      if (message.durable && !message.id.startsWith('ghost')) open = message
    },
  })
  nc.subscribe('daffi.test.stream.*.progress', {
    callback: (_error, { subject, data }) => {
      const { state } = decode(data) as { state: string }
      const id = subject.split('.')[3] ?? ''
      states.set(id, (states.get(id) ?? new Set()).add(state))
    },
  })
  await nc.flush()
  const taken: number[] = []
  const told: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0)
  onTestFinished(() => void vi.restoreAllMocks())
  await join('last', { callbacks: { take: (item) => void taken.push(item) } })
  const keeper = await join('keeper', {
    callbacks: { half: (item: number) => item / 2, other: () => undefined },
  })
  await keeper.waitFunction('take')
  const results = keeper.call.take().with(STREAM({ resultsOf: 'half' }))
  const g = await join('writer')
  const end = new AbortController()
  async function* items(): AsyncGenerator<number> {
    for (let n = 0; !end.signal.aborted; n++) {
      yield n
      await delay(2)
    }
  }
  const streaming = Promise.resolve(g.call.half(items()).with(STREAM({ delivery: 'durable', name: 'kept' })))
  const goesOn = async (): Promise<void> => {
    const before = taken.length
    await waitFor(() => expect(taken.length).toBeGreaterThan(before + 50))
  }
  await goesOn()
  if (!open?.durable) throw new Error('nobody was invited')
  const { durable } = open
  const ghosts: Open[] = [
    { ...open, id: 'ghost-1' },
    { ...open, id: 'ghost-2', call: 'other' },
    { ...open, id: 'ghost-3', incarnation: 'x', durable: { ...durable, start: 0 } },
    { ...open, id: 'ghost-4', durable: { ...durable, run: 'older' } },
    {
      ...open,
      id: 'ghost-5',
      durable: { ...durable, stream: 'daffi_test_nowhere', subject: 'daffi.test.stream.nowhere.durable' },
    },
  ]
  for (const ghost of [...ghosts, ...ghosts]) nc.publish(`daffi.test.stream.${ghost.id}.open`, encode(ghost))
  await nc.flush()
  await waitFor(() => expect(told.filter((text) => text.includes('could not join'))).toHaveLength(5))
  await goesOn()
  end.abort()
  const { items: count, error, receivers } = await streaming
  const all = { state: 'finished', attaches: 1, offered: count, processed: count, lost: 0 }
  expect({ error, ...receivers['keeper'] }).toMatchObject({ error: null, ...all })
  // The stage ends with its only true stream.
  expect((await results).receivers).toMatchObject({ last: { processed: count, lost: 0 } })
  expect(Object.fromEntries([...states].map(([id, each]) => [id, each.has('left')]))).toEqual(
    Object.fromEntries([...states.keys()].filter((id) => !id.startsWith('ghost')).map((id) => [id, false])),
  )
})
