import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { StartupLimiter } from '../../../src/runtime/node/supervise/startup-limiter.js'

test('nodes start some at a time; the next does when one has started, or has ended without', async () => {
  const limiter = new StartupLimiter()
  const limit = 2 * availableParallelism()
  const nodes = Array.from({ length: limit + 2 }, () => ({
    begun: deferred(),
    started: deferred(),
    ended: deferred(),
  }))
  let count = 0
  const runs = nodes.map(({ begun, started, ended }) =>
    limiter.run(() => {
      count++
      begun.resolve()
      return ended.promise
    }, started.promise),
  )
  await nodes[limit - 1]?.begun.promise
  expect(count).toBe(limit)
  nodes[0]?.started.resolve()
  await nodes[limit]?.begun.promise
  expect(count).toBe(limit + 1)
  nodes[1]?.ended.resolve()
  await nodes[limit + 1]?.begun.promise
  for (const { ended } of nodes) ended.resolve()
  await Promise.all(runs)
})
