import { DaffiError } from '../../../runtime/core/errors.js'
import { coloursFor } from '../colours.js'
import { stderr, stdout } from '../output.js'
import { errorJson, exitCodeOf, renderError } from './render-error.js'
import { usageError, type UsedCommand } from './usage-error.js'

/** Prints an error, as JSON or for a person, and sets the exit code. */
export function reportFailure(
  thrown: unknown,
  { json, command }: { json: boolean; command?: UsedCommand },
): void {
  const error = withoutFolder(thrown) ?? usageError(thrown, command)
  process.exitCode = exitCodeOf(error)
  if (json) stdout.json(errorJson(error))
  else stderr.text(renderError(error, coloursFor(stderr)))
}

/** The error of a command whose working folder was deleted, wherever it first needed it; undefined for any other one. */
function withoutFolder(thrown: unknown): DaffiError | undefined {
  if (!(thrown instanceof Error) || (thrown as NodeJS.ErrnoException).syscall !== 'uv_cwd') return undefined
  return new DaffiError('DAFFI_FOLDER_GONE', 'the working folder does not exist any more', { cause: thrown })
}
