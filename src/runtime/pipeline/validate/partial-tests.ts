import type { z } from 'zod'
import type { Path } from '../diagnose/key-path.js'
import type { PipelineDocument } from '../read/document.js'
import { callExpectation, fault, resultExpectation, streamExpectation } from '../schema/test.js'
import { listOf, parseLeniently, parseSourceLeniently, recordOf } from './parse-leniently.js'
import type { PartialEntry, PartialSource } from './partial-pipeline.js'

type PartialExpectation<S extends z.ZodType> = Omit<PartialEntry<z.output<S>>, 'name'>

/** The entries of one test as far as the schema accepts them. */
export interface PartialTest {
  sources: PartialSource[]
  /** Sources in place of the results of callbacks, by the callback. */
  resultsOf: PartialSource[]
  faults: PartialExpectation<typeof fault>[]
  mocks: Omit<PartialEntry<never>, 'value'>[]
  streams: PartialEntry<z.output<typeof streamExpectation>>[]
  stages: Omit<PartialEntry<never>, 'value'>[]
  calls: PartialExpectation<typeof callExpectation>[]
  results: PartialExpectation<typeof resultExpectation>[]
  logs: Omit<PartialEntry<never>, 'value'>[]
}

export function partialTests(document: PipelineDocument): PartialTest[] {
  return listOf(recordOf(document.data()).tests).map((raw, index) =>
    partialTest(recordOf(raw), ['tests', index]),
  )
}

function partialTest(test: Record<string, unknown>, path: Path): PartialTest {
  const expect = recordOf(test.expect)
  const named = (raw: unknown, at: Path): { name: string; path: Path; raw: Record<string, unknown> }[] =>
    Object.entries(recordOf(raw)).map(([name, value]) => ({
      name,
      path: [...at, name],
      raw: recordOf(value),
    }))
  const listed = (key: string): { path: Path; raw: Record<string, unknown> }[] =>
    listOf(expect[key]).map((value, index) => ({
      path: [...path, 'expect', key, index],
      raw: recordOf(value),
    }))
  const faults = listOf(test.faults).map((value, index) => ({
    path: [...path, 'faults', index],
    value: parseLeniently(fault, recordOf(value)),
  }))
  const sources = (key: string): PartialSource[] =>
    named(test[key], [...path, key]).map(({ raw, ...entry }) => ({
      ...entry,
      value: parseSourceLeniently(raw),
    }))
  return {
    sources: sources('sources'),
    resultsOf: sources('results_of'),
    faults,
    mocks: named(test.mocks, [...path, 'mocks']),
    streams: named(expect.streams, [...path, 'expect', 'streams']).map(({ raw, ...entry }) => ({
      ...entry,
      value: parseLeniently(streamExpectation, raw),
    })),
    stages: named(expect.stages, [...path, 'expect', 'stages']),
    calls: listed('calls').map(({ raw, ...entry }) => ({
      ...entry,
      value: parseLeniently(callExpectation, raw),
    })),
    results: listed('results').map(({ raw, ...entry }) => ({
      ...entry,
      value: parseLeniently(resultExpectation, raw),
    })),
    logs: named(expect.logs, [...path, 'expect', 'logs']),
  }
}
