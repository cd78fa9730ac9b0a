import { z } from 'zod'
import { duration } from './quantities.js'
import { callbackName, name } from './names.js'
import { source } from './source.js'

const number = z.int().min(0)

/** A number, or the least and the greatest: after a fault, it may not be known how many items were in a node's hand. */
const amount = z.union(
  [
    number,
    z
      .strictObject({ min: number.optional(), max: number.optional() })
      .refine(({ min = 0, max = Infinity }) => min <= max, { message: 'has a min above its max' }),
  ],
  { error: 'must be a whole number, or { min, max }' },
)

export const mock = z
  .strictObject({
    returns: z.unknown().describe('Result of every call.').optional(),
    throws: z.string().describe('Message of the error that every call throws.').optional(),
  })
  .refine((value) => 'returns' in value !== 'throws' in value, {
    message: 'must be exactly one of returns, throws',
    when: ({ issues }) => issues.length === 0,
  })
  .transform((value) =>
    value.throws === undefined ? { returns: value.returns ?? null } : { throws: value.throws },
  )

export const streamExpectation = z.strictObject({
  items: amount.describe('Number of items that the sources of the stream yield.').optional(),
  lost: amount.describe('Items lost with receivers that died, over all receivers.').optional(),
  dropped: amount.describe('Items dropped by live delivery, over all receivers.').optional(),
  failed: amount.describe('Items on which the callback threw, over all receivers.').optional(),
  unmatched: amount.describe('Items without a partner in a join, over all receivers.').optional(),
  receivers: z.array(name).describe('All nodes that receive the stream.').optional(),
  frames: z
    .strictObject({
      count: number.describe('Number of items that each receiver processes.').optional(),
      rate: z
        .strictObject({ min: z.number().min(0).optional(), max: z.number().min(0).optional() })
        .describe('Items per second that the sources yield.')
        .optional(),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, { message: 'must be a SHA-256, 64 hexadecimal digits in lower case' })
        .describe('SHA-256 of all items that each receiver is given.')
        .optional(),
    })
    .describe('Items that each receiver gets.')
    .optional(),
})

export const stageExpectation = z.strictObject({
  in: number.describe('Items for which the callback has returned or failed.').optional(),
  gave: number.describe('Items that gave one result or more.').optional(),
  filtered: number.describe('Items that gave none.').optional(),
  failed: number.describe('Items for which the callback threw.').optional(),
  out: number.describe('Results that went out.').optional(),
})

export const callExpectation = z.strictObject({
  call: callbackName.describe('Callback that some node offers.'),
  times: number.describe('Number of calls; at least one when absent.').optional(),
  args: z.array(z.unknown()).describe('Arguments; only calls with these are counted.').optional(),
})

export const resultExpectation = z.strictObject({
  call: callbackName.describe('Callback that the test calls after the calls of the pipeline have finished.'),
  to: name.describe('The one node that answers the call.').optional(),
  args: z.array(z.unknown()).describe('Arguments of the callback.').default([]),
  equals: z.unknown().describe('Expected result.'),
})

export const logExpectation = z.strictObject({
  match: z
    .string()
    .transform((text, context) => {
      try {
        return new RegExp(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'is not a regular expression' })
        return z.NEVER
      }
    })
    .describe('Regular expression that at least one log line of the node matches.'),
})

/** Keys of which each fault has exactly one. */
const FAULTS = ['kill', 'restart', 'stall', 'slow'] as const
/** Keys that belong to another one. */
const TIMES = [
  ['for', 'stall'],
  ['by', 'slow'],
] as const

export const fault = z
  .strictObject({
    at: z
      .strictObject({
        stream: callbackName.describe('Callback that the stream goes to.'),
        item: z.int().min(1).describe('Number of the item, from 1.'),
      })
      .describe('Moment of the fault: when a node gets this item of a stream. Without it, at once.')
      .optional(),
    kill: name.describe('Node whose processes are killed.').optional(),
    restart: z.literal('server').describe('The NATS server is killed, and started again.').optional(),
    stall: name.describe('Source that gives nothing for some time.').optional(),
    for: duration.describe('Time for which the source gives nothing.').optional(),
    slow: callbackName.describe('Callback that takes longer, from now on.').optional(),
    by: duration.describe('Time by which each call of the callback takes longer.').optional(),
  })
  .superRefine((value, context) => {
    const issue = (message: string, ...path: string[]): void =>
      context.addIssue({ code: 'custom', message, path })
    if (FAULTS.filter((key) => value[key] !== undefined).length !== 1)
      issue(`must have exactly one of ${FAULTS.join(', ')}`)
    for (const [time, key] of TIMES) {
      if (value[time] === undefined && value[key] !== undefined) issue(`must have ${time} beside ${key}`)
      if (value[time] !== undefined && value[key] === undefined) issue(`is only for ${key}`, time)
    }
  })

export const test = z.strictObject({
  name: z.string().min(1).describe('Name of the test.'),
  timeout: duration
    .refine((ms) => ms > 0, { message: 'must be more than 0' })
    .describe('Time after which the test fails.')
    .prefault('30s'),
  sources: z
    .record(name, source)
    .describe('Sources that replace those of the pipeline, by name.')
    .default({}),
  results_of: z
    .record(name, source)
    .describe(
      'Sources whose items replace the results of callbacks, by name; what comes before those callbacks is left out.',
    )
    .default({}),
  mocks: z
    .record(name, mock)
    .describe('Results that replace callbacks, by name, on every node that offers them.')
    .default({}),
  faults: z.array(fault).describe('Faults that the test makes while the pipeline runs.').default([]),
  expect: z
    .strictObject({
      streams: z
        .record(name, streamExpectation)
        .describe('Expected streams, by the callback they go to.')
        .default({}),
      stages: z
        .record(name, stageExpectation)
        .describe('Expected accounts of stages, by the callback whose results are streamed on.')
        .default({}),
      calls: z.array(callExpectation).describe('Expected calls of the pipeline.').default([]),
      results: z
        .array(resultExpectation)
        .describe('Expected results of calls that the test itself makes.')
        .default([]),
      logs: z.record(name, logExpectation).describe('Expected log lines, by node.').default({}),
    })
    .describe('Expected outcome.')
    .prefault({}),
})

export const tests = z
  .array(test)
  .describe('Tests of the pipeline. daffi test runs each with its own server.')

/** A test file, `*.test.yaml`, which contains tests only. */
export const testFile = z.strictObject({
  pipeline: z.string().min(1).describe("Pipeline file; the path is relative to this file's folder."),
  tests,
})

export type TestEntry = z.output<typeof test>
export type FaultEntry = z.output<typeof fault>
export type Amount = z.output<typeof amount>
export type MockEntry = z.output<typeof mock>
export type StageExpectationEntry = z.output<typeof stageExpectation>
export type StreamExpectationEntry = z.output<typeof streamExpectation>
