import { nearest } from '../../core/text/nearest.js'
import { checkArguments } from '../checks/arguments.js'
import type { CheckContext } from '../checks/context.js'
import { checkNode, checkTarget } from '../checks/nodes.js'
import { checkOffered, checkOfferedBy } from '../checks/offered.js'
import { checkSources } from '../checks/sources.js'
import { known } from '../checks/words.js'
import type { TestOutline } from './outline.js'

/**
 * Each test against the pipeline that it is of.
 * @param context of the pipeline, with the folder and the report of the file that holds the tests
 */
export async function checkTests(tests: TestOutline[], context: CheckContext): Promise<void> {
  for (const test of tests) {
    await checkReplacedSources(test, context)
    for (const { name, path } of test.mocks) checkOffered(name, path, context, 'key')
    checkStreams(test, context)
    for (const { path, value } of [...test.calls, ...test.results]) {
      if (value.call !== undefined) checkOffered(value.call, [...path, 'call'], context)
    }
    for (const result of test.results) checkResult(result, context)
    for (const { name, path } of test.logs) checkNode(name, path, context, 'key')
  }
}

function checkResult({ path, value }: TestOutline['results'][number], context: CheckContext): void {
  const { call, to, args } = value
  if (to !== undefined) checkTarget(to, [...path, 'to'], context)
  if (call === undefined) return
  if (to !== undefined) checkOfferedBy(to, call, [...path, 'to'], context)
  if (args) checkArguments(call, args, [...path, 'args'], context)
}

async function checkReplacedSources({ sources }: TestOutline, context: CheckContext): Promise<void> {
  const { outline, report, folder } = context
  const names = outline.sources.map(({ name }) => name)
  for (const { name, path } of sources) {
    if (names.includes(name)) continue
    const message = `the pipeline has no source ${name}; ${known('sources', names)}`
    report.add({ code: 'DAFFI_UNKNOWN_SOURCE', message, path, suggestion: nearest(name, names) }, 'key')
  }
  await checkSources(sources, folder, report)
}

function checkStreams({ streams }: TestOutline, context: CheckContext): void {
  const { outline, report } = context
  const streamed = outline.calls
    .filter(({ value }) => value.modifier === undefined || value.modifier.kind === 'STREAM')
    .flatMap(({ value }) => value.call ?? [])
  for (const { name, path, value } of streams) {
    if (!streamed.includes(name)) {
      const message = `nothing is streamed to ${name}; ${known('streamed to', new Set(streamed))}`
      const suggestion = nearest(name, streamed)
      report.add({ code: 'DAFFI_UNKNOWN_CALLBACK', message, path, suggestion }, 'key')
    }
    for (const [index, node] of value.receivers?.entries() ?? []) {
      const at = [...path, 'receivers', index]
      checkNode(node, at, context)
      checkOfferedBy(node, name, at, context)
    }
  }
}
