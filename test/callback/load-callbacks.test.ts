import { expect, test } from 'vitest'
import { loadCallbacks } from '../../src/runtime/callback/index.js'

const arity = { min: 1, max: 1 }
const modules: Record<string, Record<string, unknown>> = {
  '/callbacks/show.ts': { default: () => 'shown', snapshot: () => 'taken', options: {} },
  '/callbacks/empty.ts': {},
}
const load = (file: string) => Promise.resolve(modules[file] ?? {})

test('each callback is the export that the plan names', async () => {
  const callbacks = await loadCallbacks(
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
