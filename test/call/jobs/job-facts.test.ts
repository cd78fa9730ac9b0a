import { expect, test } from 'vitest'
import { factsHeaders, factsOf } from '../../../src/runtime/call/jobs/store/job-facts.js'

test('a record says the state that it is in, whatever the one was from which the facts come', () => {
  const times = { sent: 1, due: null, began: 2, timeoutMs: 0, digest: null }
  const job = {
    callback: 'work',
    to: null,
    from: 'boss',
    node: 'worker',
    attempts: 1,
    limit: 1,
    failures: [],
  }
  const running = factsOf(factsHeaders('running', { ...job, ...times }))
  expect(running?.state).toBe('running')
  const cancelled = running && factsOf(factsHeaders('cancelled', running))
  expect(cancelled).toEqual({ ...running, state: 'cancelled' })
})
