import { BROADCAST, STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { startDaffi } from '../../support/daffi.js'
import { temporaryFixture } from '../../support/temporary.js'

interface Callbacks {
  process_stream: (value: number) => void
  stored: () => number[]
  greet: (value: string) => string
}

const NODES = Array.from({ length: 9 }, (_, index) => `receiver-${index + 1}`)

function* range(count: number): Generator<number> {
  for (let value = 0; value < count; value++) yield value
}

test('nine nodes get a whole stream in order, and all answer a broadcast', async () => {
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'nine.yaml'], { cwd })
  await Promise.all(NODES.map((name) => up.waitForLine(new RegExp(`^${name} .*ready`))))
  const g = await connect<Callbacks>(cwd, { pipeline: 'nine' })

  const summary = await g.call.process_stream(range(10_000)).with(STREAM)
  expect(summary).toMatchObject({ items: 10_000, delivery: 'lossless', error: null })
  expect(Object.keys(summary.receivers).sort()).toEqual(NODES)
  for (const name of NODES) {
    expect(summary.receivers[name]).toMatchObject({ state: 'finished', offered: 10_000, processed: 10_000 })
    expect(await g.call.stored().to(name)).toEqual([...range(10_000)])
  }

  expect(await g.call.greet('hello').with(BROADCAST)).toEqual(
    Object.fromEntries(NODES.map((name) => [name, `${name}.hello`])),
  )
})
