import { expect, test } from 'vitest'
import type { Chunk } from '../../../../src/runtime/stream/common/write/batch.js'
import { chooseByKey } from '../../../../src/runtime/stream/transient/write/choose-by-key.js'
import { Dispatcher } from '../../../../src/runtime/stream/transient/write/dispatcher.js'
import { ReceiverTable } from '../../../../src/runtime/stream/transient/write/receiver-table.js'
import { progressOf } from '../../../support/progress.js'

const names = ['one', 'two', 'three', 'four', 'five', 'six']

test('a live key moves when the callback is done with it, not when later items are dropped; it drops what comes meanwhile', async () => {
  const receivers = new ReceiverTable({ share: true, live: true })
  const sent: (number | undefined)[] = []
  const lanes = { busy: false, send: ({ share }: Chunk) => Promise.resolve(void sent.push(share?.attach)) }
  const { signal } = new AbortController()
  const marks = { onAssigned: () => undefined }
  const dispatcher = new Dispatcher({
    receivers,
    lanes,
    choose: chooseByKey(true),
    marks,
    live: true,
    signal,
  })
  let first = 0
  const send = (): Promise<void> =>
    dispatcher.send({
      first: first++,
      count: 1,
      kind: null,
      bytes: new Uint8Array(1),
      time: 0,
      key: { hash: 'k' },
    })
  const attach = (node: string): void => {
    receivers.invite({ name: node, incarnation: node })
    receivers.onProgress(progressOf({ node, incarnation: node, attach: 0 }), {
      next: 0,
      stored: 0,
      open: true,
    })
  }
  const report = (given: Parameters<typeof progressOf>[0]): void =>
    receivers.onProgress(progressOf({ node: 'one', incarnation: 'one', attach: 1, ...given }), {
      next: first,
      stored: 0,
      open: true,
    })
  attach('one')
  for (let n = 0; n < 4; n++) await send()
  for (const node of names.slice(1)) attach(node)
  // The callback still has the first item.
  report({ dropped: 2, skipped: 2 })
  await send()
  report({ processed: 1, dropped: 2 })
  await send()
  expect(sent).toEqual([1, 1, 1, 1])
  report({ processed: 2, dropped: 2 })
  await send()
  expect(sent.at(-1)).toBeGreaterThan(1)
  expect(receivers.summary(first).one).toMatchObject({ offered: 6, processed: 2, dropped: 4 })
})
