import { fromErrorRecord } from '../../runtime/core/errors.js'
import { withoutStack } from '../../runtime/core/message/error-text.js'
import type { CallResult, ErrorRecord, StageResult, StreamResult } from '../../runtime/index.js'
import { coloursFor } from './colours.js'
import { stderr, type Output } from './output.js'
import { renderError } from './errors/render-error.js'
import { summaryLines } from './summary-lines.js'

/** The account of a run that is over. */
export interface Finished {
  error?: ErrorRecord
  calls: CallResult[]
  streams: StreamResult[]
  stages: StageResult[]
}

/** Shows the account of a run that is over. */
export function showAccount(result: Finished, output: Output): void {
  for (const line of summaryLines(result, coloursFor(output))) output.line(line)
}

/** Shows why a run has failed, if it has, and sets the command's exit code. */
export function showError({ error }: Pick<Finished, 'error'>): void {
  if (!error) return
  process.exitCode = 1
  stderr.text(renderError(fromErrorRecord(withoutStack(error)), coloursFor(stderr)))
}
