import { STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { breakable } from '../../support/breakable-server.js'
import { fileServer } from '../../support/file-server.js'
import { joinOn } from '../../support/pipeline.js'
import { withoutChannels } from '../../support/without-channels.js'

interface Callbacks {
  take: (item: Buffer) => void
}

/** More than is on its way or held at a time, so that the stream cannot end without the connection. */
const ITEMS = 100

function* numbered(): Generator<Buffer> {
  for (let n = 0; n < ITEMS; n++) {
    const item = Buffer.alloc(1_000_000)
    item.writeUInt32BE(n)
    yield item
  }
}

test.each([
  ['the bytes of the receiver', ['keeper (bulk)']],
  ['the bytes of the writer', ['writer (bulk)']],
  ['the words of both', ['keeper (streams)', 'writer (streams)']],
  ['the bytes of both', ['keeper (bulk)', 'writer (bulk)']],
])('a lossless stream through the server loses nothing with a connection: %s', async (_, names) => {
  const { url: server, breakOff } = await breakable(await fileServer())
  const join = joinOn<Callbacks>(server)
  const taken: number[] = []
  const broken: number[] = []
  const take = (item: Buffer): void => {
    taken.push(item.readUInt32BE())
    if (taken.length === 10 || taken.length === 50) broken.push(...names.map(breakOff))
  }
  await withoutChannels(() => join('keeper', { callbacks: { take } }))
  const g = await join('writer')
  const summary = await g.call.take(numbered()).with(STREAM({ shm: false }))
  expect(broken).toEqual([...names, ...names].map(() => 1))
  expect(taken).toEqual(Array.from({ length: ITEMS }, (_, n) => n))
  expect(summary).toMatchObject({
    items: ITEMS,
    error: null,
    receivers: { keeper: { lane: 'jetstream', state: 'finished', attaches: 1, processed: ITEMS, lost: 0 } },
  })
})

test('what a stage has on loan and passes on through the server is right, also when it has to be sent again', async () => {
  const { url: server, breakOff } = await breakable(await fileServer())
  const join = joinOn<Callbacks & { pass: (item: Buffer) => Buffer }>(server)
  const taken: number[] = []
  const take = (item: Buffer): void => {
    // Each item has its number everywhere.
    taken.push(item.every((byte) => byte === item[0]) ? Number(item[0]) : NaN)
  }
  await withoutChannels(() => join('keeper', { callbacks: { take } }))
  let passed = 0
  const pass = (item: Buffer): Buffer => {
    if (++passed % 20 === 0) breakOff('stage (bulk)')
    return item
  }
  const stage = await join('stage', { callbacks: { pass }, options: { pass: { borrow: true } } })
  const results = stage.call.take().with(STREAM({ resultsOf: 'pass', shm: false }))
  const g = await join('writer')
  const items = (function* () {
    for (let n = 0; n < ITEMS; n++) yield Buffer.alloc(1_000_000, n)
  })()
  await g.call.pass(items).with(STREAM)
  await results
  expect(taken).toEqual(Array.from({ length: ITEMS }, (_, n) => n))
})
