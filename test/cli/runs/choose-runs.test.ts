import { expect, test } from 'vitest'
import { runsMeant } from '../../../src/cli/runs/choose-runs.js'
import type { RunInfo } from '../../../src/runtime/index.js'

test('an id that no run has is an error, which says those that there are', () => {
  const runs = ['a1', 'b2'].map((id) => ({ id }) as RunInfo)
  const meant = (id: string | undefined, all = runs) => runsMeant(all, id, (run) => run)
  expect(meant('b2')).toEqual([{ id: 'b2' }])
  expect(meant(undefined, [])).toEqual([])
  expect(() => meant('c3')).toThrow('no run has the id c3; there is a1, b2')
  expect(() => meant('c3', [])).toThrow('nothing runs here')
})
