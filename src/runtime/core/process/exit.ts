import { Writable } from 'node:stream'

// User code may put a function of its own in the place of this one, and of the outputs' write().
const exit = process.exit.bind(process)

/**
 * Exits once everything written to stdout and stderr has been flushed. Into a pipe or socket that can take a while, and
 * process.exit() alone would cut the output off.
 */
export async function exitFlushed(exitCode = process.exitCode): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flushed))
  return exit(exitCode)
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    Writable.prototype.write.call(stream, '', 'utf8', () => resolve())
  })
}
