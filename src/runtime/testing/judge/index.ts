import type { Expectations } from '../../pipeline/index.js'
import { judgeCalls } from './calls.js'
import { judgeLogs } from './logs.js'
import type { Evidence, Mismatch } from './mismatch.js'
import { judgeResults } from './results.js'
import { judgeStages } from './stages.js'
import { judgeStreams } from './streams.js'

export type { Evidence, Mismatch } from './mismatch.js'

/** Lists everything that is not as expected. */
export function judge(expect: Expectations, evidence: Evidence): Mismatch[] {
  return [
    ...judgeStreams(expect.streams, evidence),
    ...judgeStages(expect.stages, evidence),
    ...judgeCalls(expect.calls, evidence),
    ...judgeResults(expect.results, evidence),
    ...judgeLogs(expect.logs, evidence),
  ]
}
