import { z } from 'zod'
import { RESTART_POLICIES } from '../../core/plan.js'
import { modifier } from './modifier.js'
import { name, variableName } from './names.js'

export const call = z.strictObject({
  call: name.describe('A callback that some node offers.'),
  source: name.describe('The source whose items are streamed; only with STREAM.').optional(),
  args: z.array(z.unknown()).describe('What the callback is called with.').default([]),
  to: name.describe('The one node that is to answer.').optional(),
  modifier: modifier.describe('How it is carried out; FG when absent.').prefault('FG'),
  wait_for: z.array(name).describe('Nodes that must be there before the call starts.').default([]),
})

export const restart = z.enum(RESTART_POLICIES)

export const node = z.strictObject({
  calls: z.array(call).describe('What the node calls, side by side.').default([]),
  callbacks: z.array(name).describe('Callbacks that the node offers.').default([]),
  replicas: z
    .int()
    .min(1)
    .max(1000)
    .describe('How many processes; more than one are named NODE-1, NODE-2 and so on.')
    .default(1),
  restart: restart.describe('When its process is started again.').optional(),
  env: z
    .record(variableName, z.union([z.string(), z.number(), z.boolean()]))
    .describe("Environment variables, added to daffi's own.")
    .default({}),
  depends_on: z.array(name).describe('Nodes that must be ready before this one is started.').default([]),
})

export type CallEntry = z.output<typeof call>
export type NodeEntry = z.output<typeof node>
