import type { ResultExpectation } from '../../pipeline/index.js'
import type { Evidence, Mismatch } from './mismatch.js'
import { isSameValue } from './same-value.js'

export function judgeResults(expected: ResultExpectation[], { results }: Evidence): Mismatch[] {
  return expected.flatMap(({ call, to, equals }, index) => {
    const result = results[index]
    if (result && 'value' in result && isSameValue(result.value, equals)) return []
    const actual =
      result === undefined ? undefined : 'value' in result ? result.value : { error: result.error }
    const of = to === undefined ? '' : ` of ${to}`
    return {
      path: ['expect', 'results', index, 'equals'],
      becomes:
        result && 'value' in result
          ? { path: ['expect', 'results', index, 'equals'], value: result.value }
          : undefined,
      message: result ? `result of ${call}${of}` : `${call}${of} was not called`,
      expected: equals,
      actual,
      mayStillPass: false,
    }
  })
}
