import { z } from 'zod'
import { LOG_LEVELS } from '../../core/logger.js'
import { CALLBACK_OPTIONS, setOf, type CallbackSettings } from '../../core/plan/callback-options.js'
import { MAX_REPLICAS } from '../../core/plan/plan.js'
import { duration } from './quantities.js'
import { modifier } from './modifier.js'
import { callbackName, name, variableName } from './names.js'
import { optionsSchema, toSettings } from './options-schema.js'
import { health, onFailure, restart } from './supervision.js'

export const call = z.strictObject({
  call: callbackName.describe('Callback to call; some node must offer it.'),
  source: name.describe('Source whose items are streamed; only with STREAM.').optional(),
  results_of: name
    .describe(
      "Callback of this node whose results are streamed, in place of a source's items; only with STREAM.",
    )
    .optional(),
  as: name
    .describe(
      'Name under which the callback gets the items, with those of other streams; only with STREAM, to a callback with the option join.',
    )
    .optional(),
  args: z.array(z.unknown()).describe('Arguments of the callback.').default([]),
  to: name
    .describe('The one node that answers the call; any that offers the callback when absent.')
    .optional(),
  modifier: modifier.describe('How the call is made; FG when absent.').prefault('FG'),
  wait_for: z.array(name).describe('Nodes that must be running before the call starts.').default([]),
})

/** A callback that a node offers; `options` is undefined when only its name is written. */
export interface CallbackEntry {
  name: string
  options: CallbackSettings | undefined
}

/** A name, or a mapping of one name to options: `alarm`, `{ alarm: { concurrency: 1 } }`. */
const callback = z
  .union([
    callbackName,
    z
      .record(callbackName, optionsSchema(CALLBACK_OPTIONS))
      .refine((entry) => Object.keys(entry).length === 1, {
        message: 'must be one callback with its options',
        when: ({ issues }) => issues.length === 0,
      })
      .meta({ minProperties: 1, maxProperties: 1 }),
  ])
  .transform((entry): CallbackEntry => {
    if (typeof entry === 'string') return { name: entry, options: undefined }
    const [[name, options] = ['', {}]] = Object.entries(entry)
    return { name, options: setOf(toSettings(CALLBACK_OPTIONS, options)) }
  })

/** A file of environment variables. One that is not required may be missing. */
const envFile = z.union([
  z.string().min(1),
  z.strictObject({
    path: z.string().min(1).describe('Path of the file.'),
    required: z.boolean().describe('Whether it is a fault when the file does not exist.').default(true),
  }),
])

export const node = z.strictObject({
  calls: z.array(call).describe('Calls that the node makes, all at the same time.').default([]),
  callbacks: z
    .array(callback)
    .describe('Callbacks that the node offers to callers; with options, which overrule those of the module.')
    .default([]),
  replicas: z
    .int()
    .min(1)
    .max(MAX_REPLICAS)
    .describe('Number of processes; if more than one, they are named NODE-1, NODE-2 and so on.')
    .default(1),
  restart: restart
    .describe(
      'When the process, or a call, is started again: never, after a failure, or also after a failure of a source.',
    )
    .optional(),
  log_level: z
    .enum(LOG_LEVELS)
    .describe("Least level of the node's own log lines, in place of --log-level.")
    .optional(),
  on_failure: onFailure,
  health,
  stop_timeout: duration
    .describe('How long the node has to leave once it is told to, before it is killed.')
    .optional(),
  grace: duration
    .describe('How long others wait for the node when it is silent and may be out of reach.')
    .optional(),
  env: z
    .record(variableName, z.union([z.string(), z.number(), z.boolean()]))
    .describe('Environment variables of the process, in addition to those of daffi.')
    .default({}),
  env_file: z
    .union([envFile, z.array(envFile)])
    .describe('Files of environment variables of the process; those of `env` go before them.')
    .optional(),
  profiles: z
    .array(name)
    .describe('Profiles of the node; it takes part when one of them is active, or when it has none.')
    .default([]),
  depends_on: z.array(name).describe('Nodes that must be ready before this one is started.').default([]),
})

export type CallEntry = z.output<typeof call>
export type NodeEntry = z.output<typeof node>
