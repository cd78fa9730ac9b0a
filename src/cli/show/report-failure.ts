import { coloursFor } from './colours.js'
import { stderr, stdout } from './output.js'
import { errorJson, exitCodeOf, fromOclif, renderError } from './render-error.js'

/** Prints an error, as JSON or for a person, and sets the exit code. */
export function reportFailure(thrown: unknown, { json }: { json: boolean }): void {
  const error = fromOclif(thrown)
  process.exitCode = exitCodeOf(error)
  if (json) stdout.json(errorJson(error))
  else stderr.text(renderError(error, coloursFor(stderr)))
}
