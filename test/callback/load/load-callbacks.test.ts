import { expect, test } from 'vitest'
import { loadCallbacks } from '../../../src/runtime/callback/index.js'

const arity = { min: 1, max: 1 }
const modules: Record<string, Record<string, unknown>> = {
  '/callbacks/show.ts': { default: () => 'shown', snapshot: () => 'taken', options: {} },
  '/callbacks/empty.ts': {},
}
const load = (file: string) => Promise.resolve(modules[file] ?? {})

test('each callback is the export that the plan names', async () => {
  const { callbacks } = await loadCallbacks(
    [
      { name: 'show', file: '/callbacks/show.ts', export: 'default', arity },
      { name: 'snapshot', file: '/callbacks/show.ts', export: 'snapshot', arity },
    ],
    load,
  )
  expect(callbacks.map(({ name, arity, fn }) => [name, arity, fn()])).toEqual([
    ['show', arity, 'shown'],
    ['snapshot', arity, 'taken'],
  ])
})

test.each([
  [
    '/callbacks/show.ts',
    'snap',
    '/callbacks/show.ts has no export named snap; it exports default, snapshot, options',
  ],
  ['/callbacks/empty.ts', 'default', '/callbacks/empty.ts has no default export; it exports nothing'],
  [
    '/callbacks/show.ts',
    'options',
    'the export named options of /callbacks/show.ts is not a function but object',
  ],
  [
    '/callbacks/show.ts',
    'toString',
    '/callbacks/show.ts has no export named toString; it exports default, snapshot, options',
  ],
])('%s without %s', async (file, name, message) => {
  await expect(loadCallbacks([{ name, file, export: name, arity }], load)).rejects.toMatchObject({
    code: 'DAFFI_NO_EXPORT',
    message,
    details: { module: file, export: name },
  })
})

test("a class's methods are those of one instance, which is closed at the end", async () => {
  const events: string[] = []
  class Shop {
    #items = 0
    add(): number {
      return ++this.#items
    }
    count(): number {
      return this.#items
    }
    close(): void {
      events.push(`closed with ${this.#items}`)
    }
  }
  const plans = ['add', 'count'].map((name) => ({
    name,
    file: '/shop.ts',
    export: 'Shop',
    method: name,
    arity,
  }))
  const { callbacks, close } = await loadCallbacks(plans, () => Promise.resolve({ Shop }))
  const [add, count] = callbacks.map(({ fn }) => fn)
  expect([add?.(), add?.(), count?.()]).toEqual([1, 2, 2])
  await close()
  expect(events).toEqual(['closed with 2'])
})

test('a constructor that throws is a fault of the module', async () => {
  class Shop {
    constructor() {
      throw new Error('no shop today')
    }
    add(): void {}
  }
  const plan = { name: 'add', file: '/shop.ts', export: 'Shop', method: 'add', arity }
  await expect(loadCallbacks([plan], () => Promise.resolve({ Shop }))).rejects.toMatchObject({
    code: 'DAFFI_MODULE_FAILED',
  })
})

test('options of the plan overrule those that the module exports, each for itself', async () => {
  const plan = { name: 'show', file: '/shop.ts', export: 'default', arity }
  const shop = (options: unknown) => () => Promise.resolve({ default: () => 1, options })
  const optionsOf = async (options: unknown, over = {}) =>
    (await loadCallbacks([{ ...plan, options: over }], shop(options))).callbacks[0]?.options
  const own = { show: { concurrency: 2, timeout: '30s' } }
  expect(await optionsOf(own)).toEqual({ concurrency: 2, timeoutMs: 30_000 })
  expect(await optionsOf(own, { concurrency: 1, borrow: true })).toEqual({
    concurrency: 1,
    timeoutMs: 30_000,
    borrow: true,
  })
  expect(await optionsOf({ show: { state: true } }, { state: { keep: true } })).toEqual({
    state: { keep: true },
  })
  expect(await optionsOf({ show: { state: true } }, { state: false })).toEqual({ state: false })
  await expect(optionsOf({ show: { state: true } }, { batch: { items: 2 } })).rejects.toMatchObject({
    message: 'options.show has both batch and state; keep one of them',
  })
  await expect(optionsOf({ show: { concurrency: 0 } })).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
    message: 'options.show.concurrency must be a whole number, at least 1, not 0',
  })
  await expect(optionsOf({ show: 3 })).rejects.toMatchObject({
    message: 'options.show must be an object of options, not 3',
  })
})
