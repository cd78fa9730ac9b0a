import type { CallExpectation } from '../../pipeline/index.js'
import type { Evidence, Mismatch } from './mismatch.js'
import { isSameValue } from './same-value.js'

/** Number of the last calls that are shown when a check fails. */
const MAX_SHOWN = 5

export function judgeCalls(expected: CallExpectation[], { called }: Evidence): Mismatch[] {
  return expected.flatMap(({ call, times, args }, index) => {
    const calls = called.filter(({ callback }) => callback === call)
    const fitting = args ? calls.filter((each) => isSameValue(each.args, args)) : calls
    const number = fitting.length
    if (times === undefined ? number > 0 : number === times) return []
    const shown = calls.slice(-MAX_SHOWN).map((each) => each.args)
    return {
      path: ['expect', 'calls', index],
      becomes: times === undefined ? undefined : { path: ['expect', 'calls', index, 'times'], value: number },
      message: `calls of ${call}`,
      expected: { times: times ?? 'at least 1', ...(args ? { args } : {}) },
      actual: { times: number, ...(args && shown.length > 0 ? { args: shown } : {}) },
      mayStillPass: number < (times ?? 1),
    }
  })
}
