import { expect, test } from 'vitest'
import { plannedStream } from '../../../src/runtime/call/api/planned-stream.js'
import { toStreamOptions } from '../../../src/runtime/call/client/stream-call.js'
import { buildModifier } from '../../../src/runtime/pipeline/plan/build-modifier.js'
import { modifier } from '../../../src/runtime/pipeline/schema/modifier.js'

const target = { callback: 'take', args: [], to: undefined }

/** These integers do not survive division and multiplication by 1000. */
test.each([64_001, 64_007, 128_003])('%d ms of a pipeline file reach the stream as they are', (ms) => {
  const entry = modifier.parse({
    STREAM: { delivery: 'durable', retention: { age: `${ms}ms` }, retry: { delay: `${ms}ms` } },
  })
  const plan = buildModifier(entry, 0)
  if (plan.kind !== 'STREAM') throw new Error('not a stream')
  const options = toStreamOptions(target, plannedStream(plan, { source: 'camera' }).options)
  expect(options.retention.ageMs).toBe(ms)
  expect(options.retry.delayMs).toBe(ms)
  expect(options).toMatchObject({ call: 'take', source: 'camera', delivery: 'durable', onError: 'retry' })
})
