import { DaffiError } from '../../core/errors.js'
import { writeStream } from '../../stream/index.js'
import { callBackground } from '../caller/background.js'
import { callBroadcast } from '../caller/broadcast.js'
import type { Calling } from '../caller/caller-context.js'
import { encodeArguments, encodeMessage } from '../caller/encode-arguments.js'
import { callForeground } from '../caller/foreground.js'
import { callNoReturn } from '../caller/no-return.js'
import type { Jobs } from '../jobs/jobs.js'
import type { Modifier, ModifierKind } from '../api/modifiers.js'
import type { Carrier } from '../api/pending-call.js'
import type { Schedules } from '../schedules/schedules.js'
import { streamItems, streamOptions } from './stream-call.js'
import { iterate } from '../yields/iterate.js'

/** Carries out each call as its modifier says. */
export function makeCarrier(
  calling: Calling,
  { jobs, schedules }: { jobs: Jobs; schedules: Schedules },
): Carrier {
  const send: Carrier['send'] = async (target, modifier) => {
    if (is(modifier, 'FG')) return await callForeground(target, modifier.options, calling)
    if (is(modifier, 'BG') && modifier.options.durable)
      return await jobs.submit(target, encodeArguments(target, calling.peers), modifier.options)
    if (is(modifier, 'BG')) return await callBackground(target, modifier.options, calling)
    if (is(modifier, 'NO_RETURN')) {
      await callNoReturn(target, modifier.options, calling)
      return
    }
    if (is(modifier, 'BROADCAST')) return await callBroadcast(target, modifier.options, calling)
    if (is(modifier, 'PERIOD'))
      return await schedules.add(target, encodeMessage(target, calling), modifier.options)
    if (is(modifier, 'STREAM'))
      return await writeStream(streamItems(target), streamOptions(target, modifier.options), calling.ports)
    throw new DaffiError('DAFFI_USAGE', `there is no modifier "${modifier.kind}"`)
  }
  return { send, items: (target) => iterate(target, calling) }
}

function is<K extends ModifierKind>(modifier: Modifier, kind: K): modifier is Modifier<K> {
  return modifier.kind === kind
}
