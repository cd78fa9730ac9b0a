import { STREAM } from 'daffi'
import { expect, test } from 'vitest'
import type { ShoppingList } from '../../../pipelines/callbacks/shopping.js'
import { connect } from '../../support/connect.js'
import { startDaffi } from '../../support/daffi.js'
import { temporaryPipelines } from '../../support/temporary.js'

test('a shopping service keeps what is added, one by one and by a stream, until it is cleared', async () => {
  const cwd = await temporaryPipelines()
  const up = startDaffi(['up', 'pipelines/shopping.yaml', '--only', 'shop'], { cwd })
  await up.waitForLine(/^shop .*ready/)
  const g = await connect<ShoppingList>(cwd, { pipeline: 'shopping' })

  await g.call.add_item('milk')
  const more = Array.from({ length: 1000 }, (_, index) => `item ${index}`)
  await g.call.add_item(more).with(STREAM)
  expect(await g.call.get_items()).toEqual(['milk', ...more])
  expect(await g.call.clear_items()).toBe(1001)
  expect(await g.call.get_items()).toEqual([])
})
