import { errorLines } from '../../../core/message/error-text.js'
import { formatMs } from '../../../core/timeout.js'
import type { LineLevel } from '../../../status/index.js'
import type { CallReport } from '../../ipc/node-reports.js'

/** A line about a node in the words of its supervisor. */
export interface Note {
  level: LineLevel
  text: string
}

/** Describes what a report says about the health of a call. Undefined when it says nothing new. */
export function callNote(call: string, report: CallReport): Note | undefined {
  switch (report.type) {
    case 'call':
    case 'stream':
      return report.error
        ? { level: 'error', text: `${call}: ${errorLines(report.error, ` (${report.error.code})`)}` }
        : undefined
    case 'trouble': {
      const { error, againInMs } = report
      if (!error) return { level: 'info', text: `${call} runs again` }
      const again = againInMs === undefined ? '' : `; made again in ${formatMs(againInMs)}`
      return { level: 'error', text: `${call}: ${errorLines(error, ` (${error.code})${again}`)}` }
    }
    default:
      // When a source breaks off, the node itself prints a line.
      return undefined
  }
}
