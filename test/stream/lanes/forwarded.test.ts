import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fstatSync, readdirSync, readlinkSync } from 'node:fs'
import { STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import type { Demand } from '../../../src/runtime/stream/lanes/lane.js'
import { ShmLaneReader } from '../../../src/runtime/stream/lanes/shm/shm-reader.js'
import { ShmLaneWriter } from '../../../src/runtime/stream/lanes/shm/shm-writer.js'
import { isRefOf, type LaneRef, type ShmRef } from '../../../src/runtime/stream/protocol/refs.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { fixture } from '../../support/paths.js'
import { ownPipeline } from '../../support/pipeline.js'
import { waitUntil } from '../../support/wait.js'

const MIB = 1024 * 1024
/** Slots of a ring of 8 MiB. */
const SLOTS = 8

/** An item whose bytes all tell its number. */
const filled = (n: number): Buffer => Buffer.alloc(MIB, n)
const numberIn = (item: Uint8Array): number =>
  item.every((byte) => byte === item[0]) ? (item[0] ?? NaN) : NaN

/** Demand of a receiver that has loaded all up to a position. */
class Position implements Demand {
  loaded = 0
  slowest = (): number => this.loaded
  needs = (end: number): boolean => end > this.loaded
}

/** A source's ring, the ring of a stage that reads from it, and their readers. */
async function chain({ copies }: { copies?: Uint8Array } = {}) {
  const source = await ShmLaneWriter.open(SLOTS * MIB, false)
  const stage = await ShmLaneWriter.open(SLOTS * MIB, false)
  if (!source || !stage) throw new Error('these tests need shared memory')
  const load = (): { bytes: Uint8Array } | undefined => copies && { bytes: copies }
  const options = { pins: true, copies: () => Promise.resolve({ load, close: () => undefined }) }
  const atStage = await ShmLaneReader.open(source.descriptor, options)
  const behind = await ShmLaneReader.open(stage.descriptor, options)
  if (!atStage || !behind) throw new Error('no shared memory')
  onTestFinished(async () => {
    atStage.close()
    behind.close()
    await stage.close()
    await source.close()
  })
  const none = (): never => {
    throw new Error('copied')
  }
  source.partBytes(MIB)
  let end = 0
  return {
    source,
    stage,
    behind,
    /** Stores an item in the source's ring, though nobody may have loaded what is there. */
    store: async (n: number): Promise<LaneRef> => (await source.store(filled(n), ++end)) ?? [],
    /** Loads a part of the source's ring on loan. */
    borrow: async (ref: LaneRef, onReturned: () => void = () => undefined) => {
      const part = await atStage.load(ref, MIB, none, onReturned)
      if (!part?.release) throw new Error('not lent')
      return { bytes: Buffer.from(part.bytes.buffer, part.bytes.byteOffset, MIB), release: part.release }
    },
    copyBehind: async (ref: LaneRef) => await behind.load(ref, MIB, () => Buffer.alloc(MIB)),
  }
}

test('a part on loan is forwarded where it lies, and stays there until everybody is done with it', async () => {
  const { source, stage, behind, store, borrow, copyBehind } = await chain()
  const demand = new Position()
  const returned: string[] = []
  const first = await store(1)
  const item = await borrow(first, () => returned.push('stage'))
  const ref = stage.forward(item.bytes, 1, demand) ?? []
  expect(isRefOf('shm', ref, MIB)).toBe(true)
  item.release()
  expect(returned).toEqual([])
  const part = await behind.load(
    ref,
    MIB,
    () => Buffer.alloc(0),
    () => returned.push('behind'),
  )

  // The stage returns it as soon as it has a newer one: who is behind it has a pin of its own.
  demand.loaded = 1
  const next = await borrow(await store(2))
  expect(stage.forward(next.bytes, 2, demand)).toBeDefined()
  expect(returned).toEqual(['stage'])
  for (let n = 3; n < 40; n++) await store(n)
  expect(numberIn(part?.bytes ?? Buffer.alloc(1))).toBe(1)
  expect(numberIn((await copyBehind(ref))?.bytes ?? Buffer.alloc(1))).toBe(1)
  part?.release?.()
  expect(returned).toEqual(['stage', 'behind'])
  for (let n = 40; n < 60; n++) await store(n)
  expect(await copyBehind(ref)).toBeUndefined()
  expect(source.usage).toMatchObject({ used: 1 })
})

test('two slots of a ring are left to its writer: what is on loan beyond that is copied', async () => {
  const { stage, store, borrow } = await chain()
  const demand = new Position()
  const forwarded: (LaneRef | undefined)[] = []
  for (let n = 1; n <= SLOTS; n++) {
    const item = await borrow(await store(n))
    forwarded.push(stage.forward(item.bytes, n, demand))
    item.release()
  }
  expect(forwarded.map((ref) => ref !== undefined)).toEqual(
    Array.from({ length: SLOTS }, (_, n) => n < SLOTS - 2),
  )
  // Not what is small, no part of an item, nothing that has been returned, and no memory of another kind.
  demand.loaded = SLOTS
  stage.settle()
  const item = await borrow(await store(1))
  expect(stage.forward(item.bytes.subarray(0, 1000), 1, demand)).toBeUndefined()
  expect(stage.forward(item.bytes.subarray(4096), 1, demand)).toBeUndefined()
  expect(stage.forward(filled(1), 1, demand)).toBeUndefined()
  expect(stage.forward(item.bytes, 1, demand)).toBeDefined()
  item.release()
})

test('who cannot map the lender’s ring asks the stage for a copy', async () => {
  const { stage, store, borrow, copyBehind } = await chain({ copies: filled(7) })
  const item = await borrow(await store(5))
  const [...ref] = stage.forward(item.bytes, 1, new Position()) ?? []
  item.release()
  const [fd = 0, slot = 0, generation = 0, slotBytes = 0, slots = 0, allocated = 0, lender] =
    ref as Partial<ShmRef>
  if (!lender) throw new Error('not forwarded')
  expect(numberIn(stage.copy(ref as ShmRef, 0, MIB) ?? Buffer.alloc(1))).toBe(5)
  expect(stage.copy(ref as ShmRef, 1, MIB)).toBeUndefined()
  const unknown: ShmRef = [
    fd,
    slot,
    generation,
    slotBytes,
    slots,
    allocated,
    { ...lender, nonce: Buffer.alloc(32) },
  ]
  expect(numberIn((await copyBehind(unknown))?.bytes ?? Buffer.alloc(1))).toBe(7)
})

test('what is kept for observers alone counts as loaded, and is returned when its ring is closed, or something newer is there', async () => {
  const { source, stage, store, borrow } = await chain()
  const demand = new Position()
  const returned: number[] = []
  for (const n of [1, 2, 3]) {
    const item = await borrow(await store(n), () => returned.push(n))
    expect(stage.forward(item.bytes, n, demand)).toBeDefined()
    item.release()
  }
  expect(returned).toEqual([])
  demand.loaded = 3
  stage.settle()
  expect(returned).toEqual([1, 2, 3])
  const isKept = (ref: LaneRef): boolean => stage.copy(ref as ShmRef, 0, 1) !== undefined
  const kept = stage.forward((await borrow(await store(4))).bytes, 4, demand) ?? []
  expect(isKept(kept)).toBe(true)
  stage.partBytes(MIB)
  await stage.store(filled(5), 5)
  demand.loaded = 5
  stage.settle()
  expect(isKept(kept)).toBe(false)
  const last = stage.forward((await borrow(await store(6))).bytes, 5, demand) ?? []
  expect(isKept(last)).toBe(true)
  await source.close()
  stage.settle()
  expect(isKept(last)).toBe(false)
})

test('a lossless source is not held back by a stage whose live stream keeps frames for those who look', async () => {
  const { join } = await ownPipeline<Callbacks>(connectQuickly)
  await join('last', { callbacks: { take: (_item: Buffer) => undefined } })
  let passed = 0
  const pass = (item: Buffer): Buffer | undefined => (passed++ < 2 ? item : undefined)
  const a = await join('a', { callbacks: { pass }, options: { pass: { borrow: true } } })
  const results = a.call.take().with(STREAM({ resultsOf: 'pass', delivery: 'live' }))
  const g = await join('first')
  const items = Array.from({ length: 30 }, (_, n) => filled(n))
  // A ring of four slots.
  expect(await g.call.pass(items).with(STREAM({ shm: { bytes: '4 MiB' } }))).toMatchObject({
    receivers: { a: { processed: 30, lost: 0 } },
  })
  expect(await results).toMatchObject({ items: 2 })
})

interface Callbacks {
  pass: (item: Buffer) => Buffer
  again: (item: Buffer) => Buffer
  take: (item: Buffer) => void
}

/** Number of rings that this process has made and not removed. */
function ringsMade(): number {
  const isRing = (fd: string): boolean => {
    try {
      return (
        readlinkSync(`/proc/self/fd/${fd}`).startsWith('/memfd:daffi') && fstatSync(Number(fd)).size > 4096
      )
    } catch {
      return false
    }
  }
  return readdirSync('/proc/self/fd').filter(isRing).length
}

test.for([
  ['live', true],
  ['lossless', true],
  ['lossless', false],
] as const)(
  'items go through stages in the source’s ring: %s, borrowed at the end: %s',
  async ([delivery, borrow]) => {
    const { join } = await ownPipeline<Callbacks>(connectQuickly)
    const taken: number[] = []
    let rings = 0
    const take = (item: Buffer): void => {
      taken.push(numberIn(item))
      rings = Math.max(rings, ringsMade())
    }
    await join('last', { callbacks: { take }, options: { take: { borrow } } })
    const pass = (item: Buffer): Buffer => item
    const b = await join('b', { callbacks: { again: pass }, options: { again: { borrow: true } } })
    const a = await join('a', { callbacks: { pass }, options: { pass: { borrow: true } } })
    const results = [
      b.call.take().with(STREAM({ resultsOf: 'again', delivery })),
      a.call.again().with(STREAM({ resultsOf: 'pass', delivery })),
    ]
    const g = await join('first')
    const items = (async function* () {
      for (let n = 0; n < 40; n++) {
        yield filled(n)
        await waitUntil(() => taken.length > n, { interval: 1 })
      }
    })()
    await g.call.pass(items).with(STREAM({ delivery }))
    await Promise.all(results)
    expect(taken).toEqual(Array.from({ length: 40 }, (_, n) => n))
    expect(rings).toBe(1)
  },
)

test('what a stage has forwarded stays whole for its receiver, also when the stage is killed', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const [taking, mayEnd] = [deferred<Buffer>(), deferred<undefined>()]
  const take = async (item: Buffer): Promise<void> => {
    taking.resolve(item)
    await mayEnd.promise
  }
  await join('last', { callbacks: { take }, options: { take: { borrow: true } } })
  await join('other', { callbacks: { pass: (item: Buffer) => item } })
  const stage = fork(fixture('nodes/forwarder.mjs'), [server, 'stage'])
  onTestFinished(() => void stage.kill('SIGKILL'))
  await once(stage, 'message')
  const g = await join('first')
  await g.waitProcess('stage')
  let seen: number | undefined
  const items = (async function* () {
    yield filled(1)
    const item = await taking.promise
    stage.kill('SIGKILL')
    await once(stage, 'exit')
    for (let n = 2; n < 60; n++) yield filled(n)
    seen = numberIn(item)
    mayEnd.resolve(undefined)
  })()
  await g.call
    .pass(items)
    .with(STREAM)
    .catch(() => undefined)
  expect(seen).toBe(1)
})
