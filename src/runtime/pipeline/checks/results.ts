import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import { shownFrom } from '../read/file-paths.js'
import type { PartialCall } from '../validate/partial-pipeline.js'
import type { CheckContext } from './check-context.js'
import { namesOffered } from './offered.js'

/** A call that streams results of a callback of its node. */
interface ResultsCall extends PartialCall {
  resultsOf: string
}

/** Checks the calls that stream what a callback returns: the callback is there, gets items, and they do not go in circles. */
export function checkResults(context: CheckContext): void {
  const calls = context.pipeline.calls.flatMap((call) =>
    call.value.results_of === undefined ? [] : [{ ...call, resultsOf: call.value.results_of }],
  )
  for (const call of calls) {
    if (!checkOfferedHere(call, context)) continue
    checkReached(call, context)
    checkReturns(call, context)
  }
  checkCircles(calls, context)
}

const pathOf = ({ path }: PartialCall): Path => [...path, 'results_of']

function checkOfferedHere(call: ResultsCall, { diagnostics }: CheckContext): boolean {
  const { node, resultsOf } = call
  const callbacks = namesOffered(node)
  if (!callbacks || callbacks.includes(resultsOf)) return callbacks !== undefined
  const message = `${node.name} does not offer ${resultsOf}, so it has no results of it; ${listKnown('offered', callbacks)}`
  const suggestion = nearest(resultsOf, callbacks)
  diagnostics.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path: pathOf(call), suggestion })
  return false
}

function checkReached(call: ResultsCall, context: CheckContext): void {
  const { node, resultsOf } = call
  const isReached = context.pipeline.calls.some((other) => {
    const { modifier } = other.value
    if (modifier !== undefined && modifier.kind !== 'STREAM') return false
    return other.value.call === undefined || reaches(other, node.name, resultsOf, context)
  })
  if (isReached) return
  const message = `no stream reaches ${resultsOf} of ${node.name}, so it has no results to stream`
  context.diagnostics.add({ code: 'DAFFI_NO_RESULTS', message, path: pathOf(call) })
}

/** Reports a callback of which it is certain that nothing can be streamed on. */
function checkReturns(call: ResultsCall, { callbacks, folder, diagnostics }: CheckContext): void {
  const { resultsOf } = call
  const callback = callbacks?.found.get(resultsOf)
  if (!callback?.returnsNothing) return
  const where = `${shownFrom(folder, callback.file)}:${callback.line}`
  const message = `${resultsOf} (${where}) returns nothing, so it has no results to stream`
  diagnostics.add({ code: 'DAFFI_NO_RESULTS', message, path: pathOf(call) })
}

function reaches(
  { value: { call, to } }: PartialCall,
  node: string,
  callback: string,
  { names }: CheckContext,
): boolean {
  return call === callback && (to === undefined || names.ownerOf(to) === node)
}

/** Reports results that come back to the callback that they are of, where every stream on the way waits for the next one. */
function checkCircles(calls: readonly ResultsCall[], context: CheckContext): void {
  const live = liveCalls(context)
  const waiting = calls.filter((call) => !live.has(call.value))
  const next = (call: ResultsCall): ResultsCall[] =>
    waiting.filter((other) => reaches(call, other.node.name, other.resultsOf, context))
  const done = new Set<ResultsCall>()
  for (const first of waiting) {
    const circle = circleFrom(first, next, done)
    if (!circle) continue
    const names = circle.map(({ resultsOf }) => resultsOf)
    const message = `results go in a circle in which each stream waits for the next: ${names.join(' -> ')}`
    context.diagnostics.add({ code: 'DAFFI_STREAM_CYCLE', message, path: pathOf(first) })
  }
}

/** The calls on the way from one back to itself. A list and no recursion: a chain may be longer than the stack. */
function circleFrom(
  first: ResultsCall,
  next: (call: ResultsCall) => ResultsCall[],
  done: Set<ResultsCall>,
): ResultsCall[] | undefined {
  const trails: ResultsCall[][] = done.has(first) ? [] : [[first]]
  const seen = new Set<ResultsCall>()
  for (let trail = trails.pop(); trail; trail = trails.pop()) {
    const last = trail.at(-1)
    if (!last || seen.has(last)) continue
    seen.add(last)
    for (const other of next(last)) {
      if (other === first) {
        for (const each of trail) done.add(each)
        return [...trail, first]
      }
      trails.push([...trail, other])
    }
  }
  return undefined
}

const LIVE_KINDS: readonly unknown[] = ['camera', 'rtsp', 'http']

/** Values of the calls that stream live: those that say so, and by default those of live sources, through all stages. */
function liveCalls(context: CheckContext): ReadonlySet<PartialCall['value']> {
  const { calls, sources } = context.pipeline
  const kinds = new Map(sources.map(({ name, value }) => [name, value.kind]))
  for (const { name, value } of sources)
    if (value.kind === 'view') kinds.set(name, kinds.get(value.view_of ?? ''))
  const live = new Set<PartialCall['value']>()
  const isLive = ({ node, value }: PartialCall): boolean => {
    const { modifier, source, results_of: resultsOf } = value
    if (modifier?.kind !== 'STREAM') return false
    if (modifier.delivery !== undefined) return modifier.delivery === 'live'
    if (source !== undefined) return LIVE_KINDS.includes(kinds.get(source))
    if (resultsOf === undefined) return false
    return calls.some((other) => live.has(other.value) && reaches(other, node.name, resultsOf, context))
  }
  for (let size = -1; size < live.size;) {
    size = live.size
    for (const call of calls) if (isLive(call)) live.add(call.value)
  }
  return live
}
