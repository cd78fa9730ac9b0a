import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import type { PartialCall } from '../validate/partial-pipeline.js'
import { checkArguments, checkStreamArguments } from './arguments.js'
import type { CheckContext } from './check-context.js'
import { checkOffered, checkOfferedBy } from './offered.js'

/** Checks each call against the callbacks and sources that it names. */
export function checkCalls(context: CheckContext): void {
  for (const { path, value } of context.pipeline.calls) {
    const { call, to, modifier, args, source, results_of: resultsOf } = value
    if (call !== undefined) {
      checkOffered(call, [...path, 'call'], context)
      if (to !== undefined) checkOfferedBy(to, call, [...path, 'to'], context)
    }
    checkSource({ path, value }, context)
    if (call === undefined || modifier === undefined) continue
    if (modifier.kind === 'STREAM') checkStreamArguments(call, [...path, 'call'], context)
    else if (args && source === undefined && resultsOf === undefined)
      checkArguments(call, args, [...path, 'args'], context)
  }
}

function checkSource(
  { path, value }: Omit<PartialCall, 'node'>,
  { sources, diagnostics }: CheckContext,
): void {
  const { source, results_of: resultsOf, modifier, args } = value
  const items = source ?? resultsOf
  const at = (key: string): Path => [...path, key]
  if (source !== undefined) {
    if (!sources.has(source)) {
      const message = `there is no source ${source}; ${listKnown('sources', sources)}`
      const suggestion = nearest(source, [...sources])
      diagnostics.add({ code: 'DAFFI_UNKNOWN_SOURCE', message, path: at('source'), suggestion })
    }
    if (resultsOf !== undefined) {
      const message = 'a stream has a source, or results_of a callback, and not both'
      diagnostics.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at('results_of') }, 'key')
    }
  }
  if (items !== undefined) {
    if (args && args.length > 0) {
      const message = "a stream's items are its arguments; it takes no args"
      diagnostics.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at('args') }, 'key')
    }
  }
  if (modifier?.kind === 'STREAM' && items === undefined) {
    const message = 'STREAM needs a source, or results_of a callback'
    diagnostics.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at('modifier') })
  }
  if (modifier && modifier.kind !== 'STREAM' && items !== undefined) {
    const key = source === undefined ? 'results_of' : 'source'
    const message = `${source === undefined ? key : 'a source'} needs modifier: STREAM, not ${modifier.kind}`
    diagnostics.add({ code: 'DAFFI_STREAM_SOURCE', message, path: at(key) }, 'key')
  }
}
