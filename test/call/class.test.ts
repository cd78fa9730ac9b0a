import { STREAM } from 'daffi'
import { expect, test } from 'vitest'
import { ShoppingList } from '../../pipelines/callbacks/shopping.js'
import { ownPipeline } from '../support/pipeline.js'

test('the public methods of an instance are callbacks: a shopping service', async () => {
  const { join } = await ownPipeline<ShoppingList>()
  await join('shop', { callbacks: new ShoppingList() })
  const g = await join('customer')
  await g.call.add_item('milk')
  await g.call.add_item(['eggs', 'flour', 'sugar']).with(STREAM)
  expect(await g.call.get_items()).toEqual(['milk', 'eggs', 'flour', 'sugar'])
  expect(await g.call.clear_items()).toBe(4)
  expect(await g.call.get_items()).toEqual([])
})

test('what begins with an underscore, closes the instance, or is no method, is not offered', async () => {
  abstract class Base {
    abstract describe(): string
    inherited(): string {
      return this.describe()
    }
  }
  class Service extends Base {
    readonly state = 1
    get value(): number {
      return this.state
    }
    _private(): void {}
    close(): void {}
    override toString(): string {
      return 'service'
    }
    override describe(): string {
      return `state ${this.state}`
    }
  }
  const { join } = await ownPipeline<Service>()
  await join('service', { callbacks: new Service() })
  const g = await join('caller')
  expect(await g.call.inherited()).toBe('state 1')
  await expect(g.call._private()).rejects.toMatchObject({
    code: 'DAFFI_UNKNOWN_CALLBACK',
    message: 'no node offers "_private"; there is describe, inherited',
  })
})
