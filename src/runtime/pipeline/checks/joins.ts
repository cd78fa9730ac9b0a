import { clashOf } from '../../core/plan/callback-options.js'
import type { CallbackEntry } from '../schema/node.js'
import type { PartialCall, PartialNode } from '../validate/partial-pipeline.js'
import type { CheckContext } from './check-context.js'
import { pathOfCallback } from './offered.js'

const CODE = 'DAFFI_JOIN_SIDE'

/** Checks the names that streams have for callbacks that join them. */
export function checkJoins(context: CheckContext): void {
  const reported = new Set<PartialCall>()
  for (const call of context.pipeline.calls) if (!checkSide(call, context)) reported.add(call)
  for (const node of context.pipeline.nodes)
    for (const [index, entry] of node.value.callbacks?.entries() ?? [])
      checkCallback(node, index, entry, reported, context)
}

/** Checks that what has a name is a stream of which all items go to one place. */
function checkSide({ path, value }: PartialCall, { diagnostics }: CheckContext): boolean {
  const { as, modifier } = value
  if (as === undefined || modifier === undefined) return true
  if (modifier.kind === 'STREAM' && !modifier.share) return true
  const message =
    modifier.kind === 'STREAM'
      ? `as ${as} with share: a joined stream goes to each node as a whole`
      : `as needs modifier: STREAM, not ${modifier.kind}`
  diagnostics.add({ code: CODE, message, path: [...path, 'as'] }, 'key')
  return false
}

function checkCallback(
  node: PartialNode,
  index: number,
  entry: CallbackEntry,
  reported: Set<PartialCall>,
  context: CheckContext,
): void {
  const { name, options } = entry
  const path = pathOfCallback(node, index, entry)
  const streams = context.pipeline.calls.filter((call) => reaches(call, node, name, context))
  const named = streams.filter(({ value }) => value.as !== undefined)
  const joins = joinsStreams(entry, context)
  const report = (call: PartialCall, message: string, key: 'as' | 'call'): void => {
    if (reported.has(call)) return
    reported.add(call)
    context.diagnostics.add({ code: CODE, message, path: [...call.path, key] })
  }
  const clash = clashOf(options ?? {})
  if (clash) {
    const [kept, other] = clash
    const message = `is set beside ${kept}; keep one of the two`
    context.diagnostics.add({ code: 'DAFFI_BAD_VALUE', message, path: [...path, ...other.split('.')] }, 'key')
  }
  if (joins === 'no') {
    for (const call of named)
      report(call, `${name} of ${node.name} joins no streams: give it the option join, or leave as out`, 'as')
    return
  }
  if (joins === 'yes' || named.length > 0)
    for (const call of streams.filter((each) => each.value.as === undefined))
      report(call, `${name} of ${node.name} joins streams, so this one needs a name: add as`, 'call')
  const sides = new Map<string, PartialCall>()
  for (const call of named) {
    const { as = '' } = call.value
    const other = sides.get(as)
    if (other)
      report(
        call,
        `${other.node.name} streams to ${name} as ${as} already; each stream has a name of its own`,
        'as',
      )
    else sides.set(as, call)
  }
  if (joins === 'yes' && streams.length < 2) {
    const what = streams.length === 0 ? 'no stream reaches it' : 'one stream reaches it'
    const message = `${name} of ${node.name} joins streams, but ${what}; two at least are needed`
    context.diagnostics.add({ code: CODE, message, path: [...path, 'join'] }, 'key')
  }
}

/** Whether a callback joins streams, as far as that can be known: options in a module are not read. */
function joinsStreams({ name, options }: CallbackEntry, { callbacks }: CheckContext): 'yes' | 'no' | 'maybe' {
  if (options?.join) return 'yes'
  const found = callbacks?.found.get(name)
  return found && !callbacks?.withOptions.has(found.file) ? 'no' : 'maybe'
}

function reaches(
  { value: { call, to, modifier } }: PartialCall,
  node: PartialNode,
  callback: string,
  { names }: CheckContext,
): boolean {
  return (
    modifier?.kind === 'STREAM' && call === callback && (to === undefined || names.ownerOf(to) === node.name)
  )
}
