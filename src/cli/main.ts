import { run } from '@oclif/core'
import { coloursFor } from './colours.js'
import { errorJson, exitCodeOf, fromOclif, renderError } from './render-error.js'

/**
 * Runs the command that the arguments name. Commands print their own failures;
 * what is left to print here is what goes wrong before there is a command.
 */
export async function main(argv: string[], root: string): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  try {
    await run(argv, root)
  } catch (thrown) {
    const error = fromOclif(thrown)
    process.exitCode = exitCodeOf(error)
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify(errorJson(error), null, 2)}\n`)
    else process.stderr.write(`${renderError(error, coloursFor(process.stderr))}\n`)
  }
}

/** The reader of a pipe, such as `head`, may leave before everything is written. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
