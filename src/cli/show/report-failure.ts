import { coloursFor } from './colours.js'
import { errorJson, exitCodeOf, fromOclif, renderError } from './render-error.js'

/** Prints an error, as JSON or for a person, and sets the exit code. */
export async function reportFailure(thrown: unknown, { json }: { json: boolean }): Promise<void> {
  const error = fromOclif(thrown)
  process.exitCode = exitCodeOf(error)
  if (json) process.stdout.write(`${JSON.stringify(errorJson(error), null, 2)}\n`)
  else process.stderr.write(`${await renderError(error, coloursFor(process.stderr))}\n`)
}
