import { createHash } from 'node:crypto'
import { STREAM, type Global } from 'daffi'
import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { startDaffi } from '../../support/daffi.js'
import { temporaryFixture } from '../../support/temporary.js'

interface Item {
  number: number
  data: Uint8Array
  sha256: string
}

type Checker = Global<{ check_item: (item: Item) => void }>

const MB = 1_000_000
const MIB = 1024 * 1024

/** Around the size of a slice, above it, and far below it, so that batches, whole messages and slices take turns. */
const MIXED = [0, 1, 3 * MB, 10, 20, 30, MIB - 1, MIB, MIB + 1, 500, 2.5 * MIB, 0, 70_000, 128 * 1024, 40, MB]

function* items(sizes: Iterable<number>): Generator<Item> {
  let number = 0
  for (const size of sizes) {
    const data = Buffer.alloc(size, `item ${number} `)
    yield { number: number++, data, sha256: createHash('sha256').update(data).digest('hex') }
  }
}

function* repeated(sizes: number[], times: number): Generator<number> {
  for (let round = 0; round < times; round++) yield* sizes
}

async function startPair(): Promise<Checker> {
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'pair.yaml'], { cwd })
  await Promise.all(['one', 'two'].map((name) => up.waitForLine(new RegExp(`^${name} .*ready`))))
  return connect(cwd, { pipeline: 'pair' })
}

test('order is kept over batches, whole messages and slices', async () => {
  const g = await startPair()
  const summary = await g.call.check_item(items(repeated(MIXED, 10))).with(STREAM)
  const whole = { state: 'finished', processed: 160, failed: 0, dropped: 0, lost: 0, error: null }
  expect(summary).toMatchObject({ items: 160, error: null, receivers: { one: whole, two: whole } })
})

test.each([25, 300])('an item of %i MB passes', async (size) => {
  const g = await startPair()
  const summary = await g.call
    .check_item(items([size * MB]))
    .to('one')
    .with(STREAM)
  expect(summary).toMatchObject({ items: 1, receivers: { one: { state: 'finished', processed: 1 } } })
  expect(summary.bytes).toBeGreaterThanOrEqual(size * MB)
})
