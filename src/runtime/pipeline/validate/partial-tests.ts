import type { z } from 'zod'
import type { PipelineDocument } from '../read/document.js'
import type { Path } from '../diagnose/diagnostic.js'
import { listOf, recordOf, salvage, salvageSource, type Part, type SourcePart } from './partial-pipeline.js'
import { callExpectation, resultExpectation, streamExpectation } from '../schema/test.js'

type Expectation<S extends z.ZodType> = Omit<Part<z.output<S>>, 'name'>

/** Whatever of one test can be made sense of. */
export interface TestOutline {
  sources: SourcePart[]
  mocks: Omit<Part<never>, 'value'>[]
  streams: Part<z.output<typeof streamExpectation>>[]
  calls: Expectation<typeof callExpectation>[]
  results: Expectation<typeof resultExpectation>[]
  logs: Omit<Part<never>, 'value'>[]
}

export function outlineTests(document: PipelineDocument): TestOutline[] {
  return listOf(recordOf(document.data()).tests).map((raw, index) =>
    outlineTest(recordOf(raw), ['tests', index]),
  )
}

function outlineTest(test: Record<string, unknown>, path: Path): TestOutline {
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
  return {
    sources: named(test.sources, [...path, 'sources']).map(({ raw, ...part }) => ({
      ...part,
      value: salvageSource(raw),
    })),
    mocks: named(test.mocks, [...path, 'mocks']),
    streams: named(expect.streams, [...path, 'expect', 'streams']).map(({ raw, ...part }) => ({
      ...part,
      value: salvage(streamExpectation, raw),
    })),
    calls: listed('calls').map(({ raw, ...part }) => ({ ...part, value: salvage(callExpectation, raw) })),
    results: listed('results').map(({ raw, ...part }) => ({
      ...part,
      value: salvage(resultExpectation, raw),
    })),
    logs: named(expect.logs, [...path, 'expect', 'logs']),
  }
}
