import { z } from 'zod'
import { duration } from './duration.js'
import { name } from './names.js'
import { node, restart } from './node.js'
import { source } from './source.js'
import { tests } from './test.js'

/** The pipeline file as its author writes it; what docs/pipeline.md describes. */
export const pipeline = z.strictObject({
  name: name.describe('The namespace of everything that the pipeline does on NATS.'),
  server: z
    .strictObject({
      url: z.string().describe("Server to join; when empty, the project's own, else one is run.").optional(),
    })
    .optional(),
  callbacks: z
    .union([z.string().min(1), z.array(z.string().min(1))])
    .describe('Folders where callbacks are looked up; ./callbacks when absent, if there is one.')
    .optional(),
  defaults: z
    .strictObject({
      timeout: duration.describe('Of FG and BROADCAST calls that set none.').prefault('30s'),
      restart: restart.describe('Of nodes that set none.').default('on-failure'),
    })
    .describe('What calls and nodes have when they do not say.')
    .prefault({}),
  sources: z.record(name, source).describe('What can be streamed, by name.').default({}),
  nodes: z
    .record(name, node)
    .refine((nodes) => Object.keys(nodes).length > 0, { message: 'has no node' })
    .describe('Processes, by name.'),
  tests: tests.default([]),
})

export type PipelineEntry = z.output<typeof pipeline>
