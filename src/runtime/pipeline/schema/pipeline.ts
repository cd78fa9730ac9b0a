import { z } from 'zod'
import { MIB } from '../../core/bytes.js'
import { bytes, duration } from './quantities.js'
import { name } from './names.js'
import { node } from './node.js'
import { server } from './server.js'
import { source } from './source.js'
import { restart } from './supervision.js'
import { tests } from './test.js'

const MIN_AGE_MS = 60_000

/** The pipeline file as its author writes it; docs/pipeline.md describes it. */
export const pipeline = z.strictObject({
  name: name.describe('Name of the pipeline, and its namespace on the NATS server.'),
  server: server.optional(),
  callbacks: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .describe('Folders where callbacks are looked up; ./callbacks when absent, if it exists.')
    .optional(),
  defaults: z
    .strictObject({
      timeout: duration
        .describe('Timeout of FG and BROADCAST calls that set none; 0 means no limit.')
        .prefault('30s'),
      restart: restart.describe('Restart policy of nodes that set none.').prefault('on-failure'),
      stop_timeout: duration.describe('Stop timeout of nodes that set none.').prefault('15s'),
      grace: duration.describe('Grace of nodes that set none.').prefault('30s'),
    })
    .describe('Defaults of calls and nodes.')
    .prefault({}),
  dead_letters: z
    .strictObject({
      age: duration
        .refine((ms) => ms >= MIN_AGE_MS, 'must be at least 1m')
        .describe('Longest time that a dead letter is kept; without it, until it is removed.')
        .optional(),
      bytes: bytes
        .refine((size) => size >= MIB, 'must be at least 1 MiB')
        .describe('Bytes that dead letters may have in all; the oldest are dropped, and counted.')
        .optional(),
    })
    .describe('Limits of the dead letters; {} lifts those of an earlier run.')
    .optional(),
  sources: z.record(name, source).describe('Sources of streams, by name.').default({}),
  nodes: z
    .record(name, node)
    .refine((nodes) => Object.keys(nodes).length > 0, { message: 'has no node' })
    .describe('Nodes by name; each is a process.'),
  tests: tests.default([]),
})

export type PipelineEntry = z.output<typeof pipeline>
