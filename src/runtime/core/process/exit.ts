/**
 * Exits once everything written to stdout and stderr has been flushed. Into a pipe or socket that can take a while, and
 * process.exit() alone would cut the output off.
 */
export async function exitFlushed(exitCode = process.exitCode): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flushed))
  process.exit(exitCode)
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}
