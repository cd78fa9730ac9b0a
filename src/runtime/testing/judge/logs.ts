import type { Expectations } from '../../pipeline/index.js'
import type { Evidence, Mismatch } from './mismatch.js'

/** Number of the last lines that are shown when none matches. */
const MAX_SHOWN = 10

export function judgeLogs(expected: Expectations['logs'], evidence: Evidence): Mismatch[] {
  return Object.entries(expected).flatMap(([node, { processes, match }]) => {
    const lines = evidence.lines.filter((each) => processes.includes(each.node)).map(({ line }) => line)
    if (lines.some((line) => match.test(line))) return []
    return {
      path: ['expect', 'logs', node, 'match'],
      message: `a line of ${node}`,
      expected: match.source,
      actual: lines.slice(-MAX_SHOWN),
      mayStillPass: true,
    }
  })
}
