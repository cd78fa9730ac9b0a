/**
 * Ends the process once what was written to its outputs is out: into a pipe or socket that may still take a while,
 * and process.exit() on its own would cut it off.
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
