import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstreamManager, StorageType } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { encodeItem } from '../../../src/runtime/codec/index.js'
import { DeadLetterStore } from '../../../src/runtime/stream/index.js'
import { fileServer } from '../../support/file-server.js'
import { startNatsServer } from '../../support/nats-server.js'
import { temporaryFolder } from '../../support/temporary.js'

const ignore = (): void => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

test('many dead letters are listed in one pass, and each is read by itself', async () => {
  const nc = await connect({ servers: await fileServer() })
  onTestFinished(() => nc.close())
  const dead = new DeadLetterStore(nc, 'test')
  const { bytes } = encodeItem('value', 0)
  const error = { code: 'DAFFI_INTERNAL', message: 'no' }
  for (let item = 0; item < 100; item++) {
    const about = { call: 'take', stream: 'numbers', run: 'r', node: 'one', attempts: 1, time: 0, kind: null }
    await dead.add({ ...about, item, error, bytes: bytes.length }, bytes)
  }
  const reads = nc.subscribe('$JS.API.DIRECT.GET.>')
  await nc.flush()
  const letters = await dead.list()
  expect(letters).toMatchObject(Array.from({ length: 100 }, (_, item) => ({ item })))
  expect(reads.getReceived()).toBe(0)
  for (const letter of letters.slice(90)) expect(await dead.item(letter)).toBe('value')
  expect(reads.getReceived()).toBeLessThanOrEqual(20)
})

test('letters over the limits are dropped, the oldest first, and every one of them is counted', async () => {
  const server = await fileServer()
  const nc = await connect({ servers: server })
  onTestFinished(() => nc.close())
  const warnings: string[] = []
  const log = { ...silent, warn: (text: string) => void warnings.push(text) }
  const stores = [1, 2].map(() => new DeadLetterStore(nc, 'limited', log))
  const [one, two] = stores as [DeadLetterStore, DeadLetterStore]
  const { bytes } = encodeItem(Buffer.alloc(100_000), 0)
  const error = { code: 'DAFFI_INTERNAL', message: 'no' }
  const add = async (store: DeadLetterStore, item: number): Promise<void> => {
    const about = { call: 'take', stream: 'numbers', run: 'r', node: 'one', attempts: 1, kind: null }
    await store.add({ ...about, time: Date.now(), item, error, bytes: bytes.length }, bytes)
  }
  await one.limit({ bytes: 2 ** 20 })
  // Nobody but the first has been told of the limit.
  for (let item = 0; item < 30; item += 2) await Promise.all([add(one, item), add(two, item + 1)])
  const [letters, dropped] = [await two.list(), await two.dropped()]
  expect(letters.length).toBeGreaterThan(5)
  expect(letters.length).toBeLessThan(11)
  expect(letters.length + dropped.letters).toBe(30)
  expect(await one.count()).toBe(letters.length)
  expect(dropped.bytes).toBe(dropped.letters * bytes.length)
  expect(letters.map(({ id }) => id)).toEqual(letters.map(({ id }) => id).sort((a, b) => a - b))
  expect(warnings[0]).toMatch(/over their limits: \d+ old ones? dropped/)
  // Those that are counted are gone for everybody, also if who has counted them could not remove them.
  await nc.request(
    'daffi.limited.dead.dropped',
    JSON.stringify({ ...dropped, letters: 30, through: letters.at(-1)?.id }),
    { timeout: 10_000 },
  )
  expect(await one.list()).toEqual([])
  await one.limit({ ageMs: 1 })
  expect([await one.list(), (await one.dropped()).letters]).toEqual([[], 30])
  // What makes no sense as an account counts nothing.
  await nc.request('daffi.limited.dead.dropped', '{"letters":-1}', { timeout: 10_000 })
  expect(await one.dropped()).toEqual({ letters: 0, bytes: 0, time: 0 })
})

test('limits that a server refuses to account for are an error, and no letter is dropped uncounted', async () => {
  const config = join(await temporaryFolder(), 'nats.conf')
  await writeFile(config, 'jetstream { max_file_store: 3MB }')
  const nc = await connect({ servers: await startNatsServer(['-c', config]) })
  onTestFinished(() => nc.close())
  const dead = new DeadLetterStore(nc, 'full')
  const { bytes } = encodeItem(Buffer.alloc(500_000), 0)
  const error = { code: 'DAFFI_INTERNAL', message: 'no' }
  const about = { call: 'take', stream: 'numbers', run: 'r', node: 'one', attempts: 1, kind: null }
  let stored = 0
  try {
    for (;;) {
      await dead.add({ ...about, time: 0, item: stored, error, bytes: bytes.length }, bytes)
      stored++
    }
  } catch {
    // It is full.
  }
  const { streams } = await jetstreamManager(nc)
  await streams.add({ name: 'rest', subjects: ['rest'], storage: StorageType.File })
  for (let length = 500_000; length >= 1; length = Math.floor(length / 2)) {
    const { error: refused } = JSON.parse(
      (await nc.request('rest', Buffer.alloc(length), { timeout: 10_000 })).string(),
    ) as {
      error?: object
    }
    if (!refused) length *= 2
  }
  await expect(dead.limit({ ageMs: 1 })).rejects.toMatchObject({ code: 'DAFFI_SERVER_FAILED' })
  expect(await dead.list()).toHaveLength(stored)
})
