import { nearest } from '../../../core/text/nearest.js'
import { listKnown } from '../../diagnose/list-known.js'
import type { PartialTest } from '../../validate/partial-tests.js'
import { checkArguments } from '../arguments.js'
import type { CheckContext } from '../check-context.js'
import { checkNode, checkTarget } from '../nodes.js'
import { checkOffered, checkOfferedBy } from '../offered.js'
import { checkSources } from '../files/sources.js'
import { checkReplacedViews } from '../views.js'
import { checkFault } from './faults.js'
import { checkSource, checkStreamed } from './streamed.js'

/**
 * Checks each test against the pipeline that it tests.
 * @param context the pipeline's, with the folder and the diagnostics of the file that contains the tests
 */
export async function checkTests(tests: PartialTest[], context: CheckContext): Promise<void> {
  for (const test of tests) {
    await checkReplacedSources(test, context)
    for (const fault of test.faults) checkFault(fault, context)
    for (const { name, path } of test.mocks) checkOffered(name, path, context, 'key')
    checkStreams(test, context)
    for (const stage of [...test.resultsOf, ...test.stages]) checkStage(stage, context)
    for (const { path, value } of [...test.calls, ...test.results]) {
      if (value.call !== undefined) checkOffered(value.call, [...path, 'call'], context)
    }
    for (const result of test.results) checkResult(result, context)
    for (const { name, path } of test.logs) checkNode(name, path, context, 'key')
  }
}

function checkResult({ path, value }: PartialTest['results'][number], context: CheckContext): void {
  const { call, to, args } = value
  if (to !== undefined) checkTarget(to, [...path, 'to'], context)
  if (call === undefined) return
  if (to !== undefined) checkOfferedBy(to, call, [...path, 'to'], context)
  if (args) checkArguments(call, args, [...path, 'args'], context)
}

async function checkReplacedSources(
  { sources, resultsOf }: PartialTest,
  context: CheckContext,
): Promise<void> {
  const { diagnostics, folder } = context
  for (const { name, path } of sources) checkSource(name, path, context, 'key')
  await checkSources([...sources, ...resultsOf], folder, diagnostics)
  checkReplacedViews(sources, resultsOf, context)
}

function checkStreams({ streams }: PartialTest, context: CheckContext): void {
  for (const { name, path, value } of streams) {
    checkStreamed(name, path, context, 'key')
    for (const [index, node] of value.receivers?.entries() ?? []) {
      const at = [...path, 'receivers', index]
      checkNode(node, at, context)
      checkOfferedBy(node, name, at, context)
    }
  }
}

/** Checks that results of the callback that a key names are streamed. */
function checkStage(
  { name, path }: PartialTest['stages'][number],
  { pipeline, diagnostics }: CheckContext,
): void {
  const known = new Set(pipeline.calls.flatMap(({ value }) => value.results_of ?? []))
  if (known.has(name)) return
  const message = `no results of ${name} are streamed; ${listKnown('results of', known)}`
  const suggestion = nearest(name, [...known])
  diagnostics.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion }, 'key')
}
