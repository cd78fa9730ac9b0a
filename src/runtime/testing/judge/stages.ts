import type { StageCounts } from '../../core/plan/summary.js'
import type { Expectations } from '../../pipeline/index.js'
import type { Evidence, Mismatch } from './mismatch.js'

const KEYS = ['in', 'gave', 'filtered', 'failed', 'out'] as const

/** Compares stages, by the callback whose results are streamed on. When several nodes offer it, their counts are added up. */
export function judgeStages(
  expected: Expectations['stages'],
  { stages }: Pick<Evidence, 'stages'>,
): Mismatch[] {
  return Object.entries(expected).flatMap(([callback, counts]) => {
    const nodes = stages.filter((stage) => stage.callback === callback)
    const total = (key: keyof StageCounts): number => nodes.reduce((sum, stage) => sum + stage[key], 0)
    return KEYS.filter((key) => counts[key] !== undefined && counts[key] !== total(key)).map((key) => ({
      path: ['expect', 'stages', callback, key],
      becomes: { path: ['expect', 'stages', callback, key], value: total(key) },
      message: `${key} of the stage ${callback}`,
      expected: counts[key],
      actual: total(key),
      mayStillPass: false,
    }))
  })
}
