import { z } from 'zod'
import { duration } from './duration.js'
import { name } from './names.js'
import { source } from './source.js'

const number = z.int().min(0)

export const mock = z
  .strictObject({
    returns: z.unknown().describe('What every call of it gives.').optional(),
    throws: z.string().describe('The message of the error that every call of it ends with.').optional(),
  })
  .refine((value) => 'returns' in value !== 'throws' in value, {
    message: 'must be exactly one of returns, throws',
    when: ({ issues }) => issues.length === 0,
  })
  .transform((value) =>
    value.throws === undefined ? { returns: value.returns ?? null } : { throws: value.throws },
  )

export const streamExpectation = z.strictObject({
  items: number.describe('Items that its sources yield.').optional(),
  lost: number.describe('Of all receivers: gone down with one that died.').optional(),
  dropped: number.describe('Of all receivers: left out by a live delivery.').optional(),
  failed: number.describe('Of all receivers: the callback threw.').optional(),
  receivers: z.array(name).describe('The nodes that it goes to, all of them.').optional(),
  frames: z
    .strictObject({
      count: number.describe('Items that each receiver has processed.').optional(),
      rate: z
        .strictObject({ min: z.number().min(0).optional(), max: z.number().min(0).optional() })
        .describe('Items a second that its sources yield.')
        .optional(),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, { message: 'must be a SHA-256, 64 hexadecimal digits in lower case' })
        .describe('SHA-256 of all that each receiver is given.')
        .optional(),
    })
    .describe('What each receiver gets.')
    .optional(),
})

export const callExpectation = z.strictObject({
  call: name.describe('A callback that some node offers.'),
  times: number.describe('How often it is called; at least once when absent.').optional(),
  args: z.array(z.unknown()).describe('Only calls with these arguments count.').optional(),
})

export const resultExpectation = z.strictObject({
  call: name.describe('A callback to call when the calls of the pipeline have finished.'),
  to: name.describe('The one node that is to answer.').optional(),
  args: z.array(z.unknown()).describe('What it is called with.').default([]),
  equals: z.unknown().describe('What it has to give.'),
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
    .describe('A regular expression that a line of the node has to match.'),
})

export const test = z.strictObject({
  name: z.string().min(1).describe('What is tested, in words.'),
  timeout: duration
    .refine((ms) => ms > 0, { message: 'must be more than 0' })
    .describe('After so long the test fails.')
    .prefault('30s'),
  sources: z.record(name, source).describe('What takes the place of sources, by name.').default({}),
  mocks: z
    .record(name, mock)
    .describe('What takes the place of callbacks, by name, on every node that offers them.')
    .default({}),
  expect: z
    .strictObject({
      streams: z.record(name, streamExpectation).describe('By the callback they go to.').default({}),
      calls: z.array(callExpectation).describe('Calls that the pipeline makes.').default([]),
      results: z.array(resultExpectation).describe('What calls give, made by the test itself.').default([]),
      logs: z.record(name, logExpectation).describe('By node.').default({}),
    })
    .describe('What has to come of it.')
    .prefault({}),
})

export const tests = z
  .array(test)
  .describe('What is to come of the pipeline; run by daffi test, each with a server of its own.')

/** A file with nothing but tests, `*.test.yaml`. */
export const testFile = z.strictObject({
  pipeline: z.string().min(1).describe("The pipeline file, from this file's folder."),
  tests,
})

export type TestEntry = z.output<typeof test>
export type MockEntry = z.output<typeof mock>
export type StreamExpectationEntry = z.output<typeof streamExpectation>
