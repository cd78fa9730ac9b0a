import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { StartingTurns } from '../../../src/runtime/node/supervise/startup-limiter.js'

test('nodes start some at a time; the next does when one has started, or has ended without', async () => {
  const turns = new StartingTurns()
  const most = 2 * availableParallelism()
  const nodes = Array.from({ length: most + 2 }, () => ({
    begun: deferred(),
    started: deferred(),
    ended: deferred(),
  }))
  let count = 0
  const runs = nodes.map(({ begun, started, ended }) =>
    turns.take(() => {
      count++
      begun.resolve()
      return ended.promise
    }, started.promise),
  )
  await nodes[most - 1]?.begun.promise
  expect(count).toBe(most)
  nodes[0]?.started.resolve()
  await nodes[most]?.begun.promise
  expect(count).toBe(most + 1)
  nodes[1]?.ended.resolve()
  await nodes[most + 1]?.begun.promise
  for (const { ended } of nodes) ended.resolve()
  await Promise.all(runs)
})
