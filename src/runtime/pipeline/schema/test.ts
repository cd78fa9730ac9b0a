import { z } from 'zod'
import { duration } from './duration.js'
import { callbackName, name } from './names.js'
import { source } from './source.js'

const number = z.int().min(0)

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
  items: number.describe('Number of items that the sources of the stream yield.').optional(),
  lost: number.describe('Items lost with receivers that died, over all receivers.').optional(),
  dropped: number.describe('Items dropped by live delivery, over all receivers.').optional(),
  failed: number.describe('Items on which the callback threw, over all receivers.').optional(),
  unmatched: number.describe('Items without a partner in a join, over all receivers.').optional(),
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
export type MockEntry = z.output<typeof mock>
export type StageExpectationEntry = z.output<typeof stageExpectation>
export type StreamExpectationEntry = z.output<typeof streamExpectation>
