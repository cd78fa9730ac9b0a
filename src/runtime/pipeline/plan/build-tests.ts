import { dirname } from 'node:path'
import type { CallbackPlan, Plan, SourcePlans } from '../../core/plan/plan.js'
import type { NodeNames } from '../checks/replicas.js'
import { codeFrame } from '../diagnose/code-frame.js'
import { formatPath, type Path } from '../diagnose/key-path.js'
import type { PipelineDocument } from '../read/document.js'
import type { TestEntry } from '../schema/test.js'
import { buildFaults, slownessOf, stallsOf } from './build-faults.js'
import { buildSource } from './build-source.js'
import { mapValues } from './map-values.js'
import { replaceResults } from './replace-results.js'
import type { Expectations, TestLocation, TestPlan } from './test-plan.js'

/** Input of `buildTests`, without any diagnostics. */
export interface TestsInput {
  entries: TestEntry[]
  /** File that contains the tests. */
  document: PipelineDocument
  pipeline: Plan
  names: NodeNames
}

export function buildTests({ entries, document, pipeline, names }: TestsInput): TestPlan[] {
  return entries.map((entry, index) => ({
    name: entry.name,
    file: document.file,
    timeoutMs: entry.timeout,
    pipeline: withReplacements(pipeline, entry, dirname(document.file)),
    faults: buildFaults(entry.faults, names),
    expect: buildExpectations(entry, names),
    index,
    locate: (path) => locate(document, ['tests', index, ...path]),
  }))
}

function withReplacements(pipeline: Plan, entry: TestEntry, folder: string): Plan {
  const { calls, streams } = entry.expect
  const observed = new Set([
    ...Object.keys(entry.mocks),
    ...calls.map(({ call }) => call),
    ...entry.faults.flatMap(({ at }) => at?.stream ?? []),
    ...Object.keys(streams).filter((name) => streams[name]?.frames?.hash !== undefined),
  ])
  const callback = (plan: CallbackPlan): CallbackPlan => {
    const mock = entry.mocks[plan.name]
    const slow = slownessOf(plan.name, entry.faults)
    return {
      ...plan,
      observed: observed.has(plan.name),
      ...(mock === undefined ? {} : { mock }),
      ...(slow.length > 0 && { slow }),
    }
  }
  const sources = (entries: TestEntry['sources']): SourcePlans =>
    mapValues(entries, (source) => buildSource(source, folder))
  const variant = {
    ...pipeline,
    server: {},
    sources: { ...pipeline.sources, ...sources(entry.sources) },
    nodes: mapValues(pipeline.nodes, (node) => ({ ...node, callbacks: node.callbacks.map(callback) })),
  }
  const replaced = replaceResults(variant, sources(entry.results_of))
  return { ...replaced, stalls: stallsOf(replaced, entry.faults) }
}

function buildExpectations({ expect }: TestEntry, names: NodeNames): Expectations {
  return {
    streams: mapValues(expect.streams, ({ receivers, ...rest }) =>
      receivers === undefined ? rest : { ...rest, receivers: names.processesOf(receivers) },
    ),
    stages: expect.stages,
    calls: expect.calls.map(({ call, times, args }) => ({ call, times, args })),
    results: expect.results.map(({ call, to, args, equals }) => ({
      call,
      to: to === undefined ? undefined : names.resolve(to)?.[0],
      args,
      equals,
    })),
    logs: mapValues(expect.logs, ({ match }, node) => ({ processes: names.processesOf([node]), match })),
  }
}

function locate(document: PipelineDocument, path: Path): TestLocation {
  const location = document.locationOf(path)
  const { line, column } = location
  return { line, column, path: formatPath(path), frame: codeFrame(location.in.quotable, location) }
}
