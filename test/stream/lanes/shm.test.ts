import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { STREAM, type StreamModifierOptions, type StreamSummary } from 'daffi'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import type { Loan } from '../../../src/runtime/core/stream/item-memory.js'
import type { Demand } from '../../../src/runtime/stream/lanes/lane.js'
import { Control, CONTROL_BYTES } from '../../../src/runtime/stream/lanes/shm/control.js'
import { createMemory, openMemory, sharedMemory } from '../../../src/runtime/unix/index.js'
import { ShmLaneReader } from '../../../src/runtime/stream/lanes/shm/shm-reader.js'
import { ShmLaneWriter } from '../../../src/runtime/stream/lanes/shm/shm-writer.js'
import type { LaneRef, ShmDescriptor } from '../../../src/runtime/stream/protocol/refs.js'
import { fixture } from '../../support/paths.js'
import { connectQuickly } from '../../fixtures/nodes/quick.mjs'
import { openMemories } from '../../support/open-memories.js'
import { ownPipeline } from '../../support/pipeline.js'
import { writeProgram } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor } from '../../support/wait.js'

interface Callbacks {
  take: (...items: unknown[]) => void
}

const MIB = 1024 * 1024

/** An item whose bytes all tell its number. */
const filled = (n: number, bytes = MIB): Buffer => Buffer.alloc(bytes, n % 251)
const isFilled = (item: Buffer, n: number): boolean => item.equals(filled(n, item.length))

/** Opens a receiver's end, which has no other way to forwarded parts than through shared memory. */
const openReader = (descriptor: ShmDescriptor, pins = true): Promise<ShmLaneReader | undefined> =>
  ShmLaneReader.open(descriptor, { pins, copies: () => Promise.reject(new Error('no copies')) })

/** Both ends of a lane, which are closed when the test ends. */
async function openPair(live: boolean): Promise<{ writer: ShmLaneWriter; reader: ShmLaneReader }> {
  const writer = await ShmLaneWriter.open(8 * MIB, live)
  const reader = writer && (await openReader(writer.descriptor))
  if (!reader) throw new Error('no shared memory')
  onTestFinished(async () => {
    reader.close()
    await writer.close()
  })
  return { writer, reader }
}

async function libc(): Promise<NonNullable<Awaited<ReturnType<typeof sharedMemory>>>> {
  const found = await sharedMemory()
  if (!found) throw new Error('these tests need shared memory')
  return found
}

test('memory of large items comes from the heap, which keeps it when it is freed', async () => {
  const { freed } = await libc()
  const { default: koffi } = await import('koffi')
  const heap = (): bigint[] => {
    const [, from = '', to = ''] =
      /^(\w+)-(\w+) .*\[heap\]$/m.exec(readFileSync('/proc/self/maps', 'utf8')) ?? []
    return [BigInt(`0x${from}`), BigInt(`0x${to}`)]
  }
  const isInHeap = (memory: Buffer): boolean => {
    const [from = 0n, to = 0n] = heap()
    const address = koffi.address(memory)
    return from < address && address < to
  }
  const allocate = (): Buffer => Buffer.allocUnsafeSlow(40 * MIB)
  expect(isInHeap(freed.allocate(40 * MIB, allocate))).toBe(true)
  // What else the process allocates is returned when it is freed, as without daffi.
  expect(isInHeap(allocate())).toBe(false)
  expect(isInHeap(freed.allocate(200 * MIB, () => Buffer.allocUnsafeSlow(200 * MIB)))).toBe(false)
})

test('memory is allocated in full, sealed, and cannot be mapped by what it is not', async () => {
  const lib = await libc()
  const memory = createMemory(lib, 2 * MIB)
  expect(memory?.buffer.byteLength).toBe(2 * MIB)
  const { fd = 0 } = memory ?? {}
  const open = (bytes: number) => openMemory(lib, { pid: process.pid, fd, bytes, writable: false })
  const other = open(2 * MIB)
  Buffer.from(memory?.buffer ?? new ArrayBuffer(0))[5] = 7
  expect(Buffer.from(other?.buffer ?? new ArrayBuffer(0))[5]).toBe(7)
  expect(open(MIB)).toBeUndefined()
  expect(openMemory(lib, { pid: process.pid, fd: 0, bytes: MIB, writable: false })).toBeUndefined()
  expect(openMemory(lib, { pid: 2 ** 30, fd, bytes: MIB, writable: false })).toBeUndefined()
  other?.unmap()
  memory?.unmap()
})

test('a pinned slot is not written, and what was overwritten cannot be pinned', () => {
  const control = new Control(new ArrayBuffer(CONTROL_BYTES))
  expect(control.beginWrite(3)).toBe(true)
  const generation = control.nextGeneration(3)
  control.endWrite(3)
  expect(control.pin(3, 5, () => control.has(3, generation))).toBe(true)
  expect(control.beginWrite(3)).toBe(false)
  expect(control.pin(3, 30, () => control.has(3, generation))).toBe(true)
  control.unpin(3, 5)
  expect(control.beginWrite(3)).toBe(false)
  control.unpin(3, 30)
  expect(control.beginWrite(3)).toBe(true)
  expect(control.pin(3, 5, () => control.has(3, generation))).toBe(false)
  control.endWrite(3)
  expect(control.pin(3, 5, () => control.has(3, generation))).toBe(false)
  expect(control.pins(3)).toBe(0)
})

test('the nonce proves that the memory is the writer’s', async () => {
  const writer = await ShmLaneWriter.open(8 * MIB, false)
  if (!writer) throw new Error('no shared memory')
  onTestFinished(() => writer.close())
  expect(await openReader({ ...writer.descriptor, nonce: Buffer.alloc(32) })).toBeUndefined()
  const reader = await openReader(writer.descriptor)
  expect(reader).toBeDefined()
  reader?.close()
})

test('a ring begins small, and grows while parts are not read', async () => {
  const writer = await ShmLaneWriter.open(64 * MIB, false)
  if (!writer) throw new Error('no shared memory')
  onTestFinished(() => writer.close())
  const allocated = (fd: unknown): number => statSync(`/proc/self/fd/${fd as number}`).blocks * 512
  const unread: Demand = { slowest: () => 0, needs: (end) => end > 0 }
  const store = async (bytes: number, end: number): Promise<LaneRef> => {
    writer.partBytes(bytes)
    expect(writer.hasRoom(bytes, 0, unread)).toBe(true)
    return (await writer.store(Buffer.alloc(bytes), end)) ?? []
  }
  const [fd] = await store(10, 1)
  await store(10, 2)
  expect(allocated(fd)).toBe(MIB)
  await store(100_000, 3)
  expect(allocated(fd)).toBe(2 * MIB)
  for (let end = 4; end <= 64; end++) await store(10, end)
  expect(allocated(fd)).toBe(16 * MIB)
  expect(writer.hasRoom(10, 0, unread)).toBe(false)
})

test('lent memory is not reused before it is given back, nor while a receiver that was given up lives', async () => {
  const writer = await ShmLaneWriter.open(8 * MIB, true)
  const reader = writer && (await openReader(writer.descriptor))
  if (!reader) throw new Error('no shared memory')
  onTestFinished(() => writer.close())
  const bytes = writer.partBytes(MIB)
  expect(bytes).toBe(MIB)
  const into = (): Buffer => Buffer.alloc(MIB)
  const store = async (n: number): Promise<LaneRef> => {
    const ref = await writer.store(filled(n), n + 1)
    writer.onAnnounced(true)
    return ref ?? []
  }
  const first = await store(0)
  const lent = await reader.load(first, MIB, into, () => undefined)
  for (let n = 1; n <= 30; n++) await store(n)
  expect(isFilled(Buffer.from(lent?.bytes ?? []), 0)).toBe(true)
  expect(await reader.load(first, MIB, into)).toBeDefined()
  lent?.release?.()
  for (let n = 31; n <= 60; n++) await store(n)
  expect(await reader.load(first, MIB, into)).toBeUndefined()
  reader.close()
})

test('a live part can be loaded before it is written, and is gone when its writer does not get that far', async () => {
  const writer = await ShmLaneWriter.open(8 * MIB, true)
  const reader = writer && (await openReader(writer.descriptor))
  if (!reader) throw new Error('no shared memory')
  onTestFinished(() => reader.close())
  writer.partBytes(MIB)
  const load = async (ref: LaneRef | undefined): Promise<Buffer | undefined> => {
    const loaded = await reader.load(ref ?? [], MIB, () => Buffer.alloc(MIB))
    return loaded && Buffer.from(loaded.bytes)
  }
  const item = filled(1)
  const loaded = load(await writer.store(item, 1))
  item.fill(2)
  writer.onAnnounced(false)
  await writer.reading
  item.fill(3)
  expect((await loaded)?.equals(filled(2))).toBe(true)

  const unwritten = load(await writer.store(item, 2))
  await writer.close()
  expect(await unwritten).toBeUndefined()
})

test.each([
  ['that borrows', true, () => undefined],
  ['that copies', true, undefined],
  ['that only observes', false, undefined],
])('a receiver %s closes while it waits for a live part', async (_what, pins, onReturned) => {
  const writer = await ShmLaneWriter.open(8 * MIB, true)
  const reader = writer && (await openReader(writer.descriptor, pins))
  if (!reader) throw new Error('no shared memory')
  onTestFinished(() => writer.close())
  writer.partBytes(MIB)
  const loading = reader.load(
    (await writer.store(filled(1), 1)) ?? [],
    MIB,
    () => Buffer.alloc(MIB),
    onReturned,
  )
  reader.close()
  expect(await loading).toBeUndefined()
})

test('a live part is copied while it is written, into memory that is not written again meanwhile', async () => {
  const { writer, reader } = await openPair(true)
  const lib = await libc()
  const map = (fd: number, bytes: number): Buffer => {
    const mapping = openMemory(lib, { pid: process.pid, fd, bytes, writable: true })
    if (!mapping) throw new Error('not mapped')
    onTestFinished(() => mapping.unmap())
    return Buffer.from(mapping.buffer)
  }
  const partBytes = writer.partBytes(2 * MIB)
  const ref = (await writer.store(filled(1, 2 * MIB), 1)) ?? []
  const [fd = 0, slot = 0, , slotBytes = 0, slots = 0] = ref as number[]
  expect(partBytes).toBe(2 * MIB)
  const copy = Buffer.alloc(2 * MIB)
  const loading = reader.load(ref, 2 * MIB, () => copy)
  // What its writer does in one turn of its own event loop, in two of this one.
  map(fd, slotBytes * slots).fill(1, slot * slotBytes, slot * slotBytes + MIB)
  new Control(map(writer.descriptor.fd, CONTROL_BYTES).buffer as ArrayBuffer).onWritten(slot, MIB)
  await waitFor(() => expect(copy[0]).toBe(1))
  expect(copy.indexOf(0)).toBe(MIB)
  expect(writer.usage.used).toBe(1)
  writer.onAnnounced(true)
  expect((await loading)?.bytes).toBe(copy)
  expect(isFilled(copy, 1)).toBe(true)
  expect(writer.usage.used).toBe(0)
})

test('a live part whose writer ends while a receiver looks for it is there', async () => {
  const { writer, reader } = await openPair(true)
  onTestFinished(() => void vi.restoreAllMocks())
  writer.partBytes(MIB)
  const ref = (await writer.store(filled(1), 1)) ?? []
  let looks = 0
  const looking = vi.spyOn(Control.prototype, 'isWriting')
  looking.mockImplementation((_slot, generation) => {
    // The second look is for the pin.
    if (++looks === 2) writer.onAnnounced(true)
    return looks < 2 || generation === 0
  })
  const loaded = await reader.load(ref, MIB, () => Buffer.alloc(MIB))
  expect(loaded && isFilled(Buffer.from(loaded.bytes), 1)).toBe(true)
})

describe('memory that is lent to a source', () => {
  const open = async (
    live = true,
  ): Promise<{ writer: ShmLaneWriter; read: (ref?: LaneRef) => Promise<Buffer | undefined> }> => {
    const { writer, reader } = await openPair(live)
    const read = async (ref?: LaneRef): Promise<Buffer | undefined> => {
      const loaded = await reader.load(ref ?? [], MIB, () => Buffer.alloc(MIB))
      return loaded && Buffer.from(loaded.bytes)
    }
    return { writer, read }
  }

  test('is stored as it lies there, and read like any other', async () => {
    const { writer, read } = await open()
    expect(writer.loan(MIB)).toBeUndefined()
    expect(writer.partBytes(MIB)).toBe(MIB)
    for (let n = 0; n < 20; n++) {
      const loan = writer.loan(MIB)
      expect(writer.loan(MIB)).toBeUndefined()
      loan?.bytes.fill(n)
      loan?.end(true)
      const part = loan?.bytes.subarray(0) ?? filled(0)
      expect(writer.isLoaned(part)).toBe(true)
      const ref = await writer.store(part, n + 1)
      expect(writer.isLoaned(part)).toBe(false)
      expect((await read(ref))?.equals(filled(n))).toBe(true)
    }
  })

  test('is lent again when it was not stored, and is no slot for others meanwhile', async () => {
    const { writer, read } = await open()
    writer.partBytes(MIB)
    const loan = writer.loan(MIB)
    loan?.bytes.fill(7)
    for (let n = 0; n < 20; n++) {
      const ref = await writer.store(filled(n), n + 1)
      writer.onAnnounced(true)
      expect((await read(ref))?.equals(filled(n))).toBe(true)
    }
    expect(loan?.bytes.equals(filled(7))).toBe(true)
    loan?.end(true)
    const again = writer.loan(MIB)
    expect(again?.bytes.byteOffset).toBe(loan?.bytes.byteOffset)
    again?.end(true)
  })

  test('is given back when the item is not whole, or goes another way', async () => {
    const { writer } = await open(false)
    writer.partBytes(MIB)
    const demand = { slowest: () => 0, needs: (end: number) => end > 0 }
    const slots = async (): Promise<number> => {
      let stored = 0
      while (writer.hasRoom(1, stored, demand)) await writer.store(filled(0), ++stored)
      return stored
    }
    writer.loan(MIB)?.end(false)
    writer.loan(MIB)?.end(true)
    writer.reclaim()
    writer.loan(MIB)?.end(true)
    expect(writer.loan(MIB + 4096)).toBeUndefined()
    expect(await slots()).toBe(8)
  })

  test('is not the last slot, for a lossless part or after a live one', async () => {
    for (const live of [false, true]) {
      const { writer, read } = await open(live)
      writer.partBytes(MIB)
      const demand = { slowest: () => 0, needs: (end: number) => end > 0 }
      const loans: Loan[] = []
      let ref: LaneRef | undefined
      for (let n = 0; n < 7; n++) {
        expect(writer.hasRoom(1, n, demand)).toBe(true)
        const loan = writer.loan(MIB)
        loan?.end(true)
        ref = await writer.store(loan?.bytes ?? filled(0), n + 1)
        if (loan) loans.push(loan)
      }
      expect(loans).toHaveLength(7)
      const next = writer.loan(MIB)
      expect(next === undefined).toBe(!live)
      expect(await read(ref)).toBeDefined()
      next?.end(true)
    }
  })

  test('is too small for what no slot holds, and is none while all are needed', async () => {
    const { writer } = await open(false)
    writer.partBytes(MIB)
    expect(writer.loan(MIB + 4096)).toBeUndefined()
    const demand = { slowest: () => 0, needs: (end: number) => end > 0 }
    let stored = 0
    while (writer.hasRoom(1, stored, demand)) await writer.store(filled(0), ++stored)
    expect(stored).toBeGreaterThan(3)
    expect(writer.loan(MIB)).toBeUndefined()
  })

  test('stays until the source is done, though the stream is over', async () => {
    const { writer } = await open()
    const before = await openMemories()
    writer.partBytes(MIB)
    const loan = writer.loan(MIB)
    await writer.close()
    loan?.bytes.fill(1)
    expect(await openMemories()).toHaveLength(before.length + 1)
    expect(writer.loan(MIB)).toBeUndefined()
    loan?.end(true)
    expect(await openMemories()).toHaveLength(before.length - 1)
  })
})

test('a writer that is closed takes no more', async () => {
  const writer = await ShmLaneWriter.open(8 * MIB, true)
  if (!writer) throw new Error('no shared memory')
  await writer.store(filled(0, writer.partBytes(MIB)), 1)
  await writer.close()
  await writer.close()
  expect(await writer.store(filled(1), 2)).toBeUndefined()
  expect(writer.hasRoom(1, 2, { slowest: () => 2, needs: () => false })).toBe(false)
})

describe.each([{ borrow: false }, { borrow: true }])(
  'a stream to two nodes of this host, borrow: $borrow',
  ({ borrow }) => {
    const run = async (
      count: number,
      bytes: number,
      given: StreamModifierOptions = {},
    ): Promise<{ summary: StreamSummary; seen: number[][] }> => {
      const { join } = await ownPipeline<Callbacks>()
      const seen: number[][] = [[], []]
      for (const [index, list] of seen.entries()) {
        await join(`node${index}`, {
          options: { take: { borrow } },
          callbacks: {
            take: async (item: Buffer) => {
              const n = list.length
              await new Promise((resolve) => setImmediate(resolve))
              list.push(isFilled(item, n) ? n : -1)
            },
          },
        })
      }
      const g = await join('writer')
      const items = (function* () {
        // One buffer, used again and again: what was handed over is the stream's.
        const item = Buffer.alloc(bytes)
        for (let n = 0; n < count; n++) yield item.fill(n % 251)
      })()
      return { summary: await g.call.take(items).with(STREAM(given)), seen }
    }

    test('every item arrives whole and in order', async () => {
      const { summary, seen } = await run(100, MIB)
      expect(seen).toEqual([
        Array.from({ length: 100 }, (_, n) => n),
        Array.from({ length: 100 }, (_, n) => n),
      ])
      expect(Object.values(summary.receivers).map(({ lane, processed }) => [lane, processed])).toEqual([
        ['shm', 100],
        ['shm', 100],
      ])
    })

    test('items larger than the ring are cut and joined', async () => {
      const { seen } = await run(3, 10 * MIB, { shm: { bytes: 4 * MIB } })
      expect(seen).toEqual([
        [0, 1, 2],
        [0, 1, 2],
      ])
    })

    test('nothing of it is left', async () => {
      await run(10, MIB)
      expect(await openMemories()).toEqual([])
    })
  },
)

test('shm: false leaves everyone to the server', async () => {
  const { join } = await ownPipeline<Callbacks>()
  await join('taker', { callbacks: { take: (_item: unknown) => undefined } })
  const g = await join('writer')
  expect(await g.call.take([1]).with(STREAM({ shm: false }))).toMatchObject({
    receivers: { taker: { lane: 'jetstream' } },
  })
})

test('a stream for which there is not enough shared memory fails, and says so', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('taker', { callbacks: { take: (_item: unknown) => undefined } })
  // What no file may have, its memory may not have either: 1 MiB in the words of most shells.
  const node = await writeProgram(
    joinPath(await temporaryFolder(), 'node'),
    `ulimit -f 1024; exec '${process.execPath}' "$@"`,
  )
  const child = fork(fixture('nodes/writer.mjs'), [server], { execPath: node })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [codes] = (await once(child, 'message')) as unknown[]
  expect(codes).toEqual(['DAFFI_STREAM_FAILED', 'DAFFI_NO_MEMORY'])
})

test('a receiver without koffi takes the other lane, beside one that has it', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const here = deferred()
  await join('with', { callbacks: { take: (_item: unknown) => here.resolve() } })
  const child = fork(fixture('nodes/receiver.mjs'), [server, 'without'], {
    execArgv: ['--import', fixture('nodes/no-koffi.mjs')],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  const g = await join('writer')
  await g.waitProcess('without')
  const summary = await g.call.take(Array.from({ length: 50 }, (_, n) => n)).with(STREAM)
  expect(summary).toMatchObject({
    receivers: { with: { lane: 'shm', processed: 50 }, without: { lane: 'jetstream', processed: 50 } },
  })
  await here.promise
})

test('a receiver that stands still with borrowed memory holds the others up, until it is killed', async () => {
  const { server, join } = await ownPipeline<Callbacks>(connectQuickly)
  const kept: number[] = []
  await join('good', { callbacks: { take: (item: Buffer) => void kept.push(item.readUInt8()) } })
  const child = fork(fixture('nodes/borrower.mjs'), [server, 'stopped'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  const g = await join('writer')
  await g.waitProcess('stopped')
  const items = (async function* () {
    yield filled(0)
    await once(child, 'message')
    child.kill('SIGSTOP')
    // Until it is suspected, and longer.
    await waitFor(() => expect(g.waitProcess('stopped', { timeout: '1ms' })).rejects.toThrow('nothing'))
    child.kill('SIGKILL')
    for (let n = 1; n < 60; n++) yield filled(n)
  })()
  const error = (await g.call
    .take(items)
    .with(STREAM)
    .then(undefined, (reason: unknown) => reason)) as { summary: StreamSummary }
  expect(error.summary).toMatchObject({
    items: 60,
    receivers: {
      good: { state: 'finished', processed: 60, lost: 0 },
      stopped: { state: 'died', lane: 'shm' },
    },
  })
  expect(kept).toEqual(Array.from({ length: 60 }, (_, n) => n))
})
