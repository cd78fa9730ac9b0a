import { DaffiError } from '../../core/errors.js'
import type { BGOptions, Modifier, ModifierKind, ModifierOptions } from '../api/modifiers.js'
import type { CallDispatcher, Target } from '../api/pending-call.js'
import { callBackground } from '../caller/background.js'
import { callBroadcast } from '../caller/broadcast.js'
import type { CallerContext } from '../caller/caller-context.js'
import { encodeArguments, encodeForOneMessage } from '../caller/encode-arguments.js'
import { callForeground } from '../caller/foreground.js'
import { callNoReturn } from '../caller/no-return.js'
import { runningCallback } from '../api/context.js'
import type { CallsMade } from '../invoke/calls-made.js'
import type { Jobs } from '../jobs/jobs.js'
import type { Schedules } from '../schedules/schedules.js'
import type { Tracer } from '../trace/tracer.js'
import { iterate } from '../yields/iterate.js'
import { callStream } from './stream-call.js'

type Handlers = { [K in ModifierKind]: (target: Target, options: ModifierOptions[K]) => Promise<unknown> }

/** Encoded arguments of a durable job: of one with an id of its own they must fit into one message. */
function jobPayload(target: Target, { id }: BGOptions, caller: CallerContext): Uint8Array {
  return id === undefined ? encodeArguments(target, caller.peers) : encodeForOneMessage(target, caller)
}

interface DispatcherParts {
  jobs: Jobs
  schedules: Schedules
  tracer: Tracer | undefined
  /** Told of the calls that callbacks make. Streams and schedules are none. */
  made: CallsMade
}

/** Makes a dispatcher that carries out each call as its modifier says. */
export function makeDispatcher(
  caller: CallerContext,
  { jobs, schedules, tracer, made }: DispatcherParts,
): CallDispatcher {
  const handlers: Handlers = {
    FG: (target, options) => callForeground(target, options, caller),
    BG: async (target, options) =>
      options.durable
        ? await jobs.submit(target, jobPayload(target, options, caller), options)
        : await callBackground(target, options, caller),
    NO_RETURN: (target, options) => callNoReturn(target, options, caller),
    BROADCAST: (target, options) => callBroadcast(target, options, caller),
    PERIOD: async (target, options) =>
      await schedules.add(target, encodeForOneMessage(target, caller), options),
    STREAM: (target, options) => callStream(target, options, caller),
  }
  const handle = <K extends ModifierKind>(target: Target, { kind, options }: Modifier<K>): Promise<unknown> =>
    handlers[kind](target, options)
  const note = (target: Target): void => {
    const callback = runningCallback()
    if (callback !== undefined) made.add(callback, target)
  }
  return {
    send: (target, modifier) => {
      // A program without types may give any object as a modifier.
      if (!Object.hasOwn(handlers, modifier.kind)) return noModifier(modifier.kind)
      if (modifier.kind !== 'STREAM' && modifier.kind !== 'PERIOD') note(target)
      // A stream is no call that takes a while: some of its items are traced, where they are received.
      if (tracer === undefined || modifier.kind === 'STREAM') return handle(target, modifier)
      return tracer.sent(target, modifier.kind, () => handle(target, modifier))
    },
    items: (target) => {
      note(target)
      return iterate(target, caller)
    },
  }
}

function noModifier(kind: string): Promise<never> {
  return Promise.reject(new DaffiError('DAFFI_USAGE', `there is no modifier "${kind}"`))
}
