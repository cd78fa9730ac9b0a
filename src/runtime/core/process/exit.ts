import { Writable } from 'node:stream'

// Code of users may put functions of its own in their places, and still be told to end.
const exit = process.exit.bind(process)
const write = Writable.prototype.write

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
    write.call(stream, '', 'utf8', () => resolve())
  })
}
