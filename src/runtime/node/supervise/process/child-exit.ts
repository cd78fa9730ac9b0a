/** How the process of a node ended. */
export interface ChildExit {
  /** Undefined when the process could not be started. */
  pid: number | undefined
  /** Null when a signal ended it, or it could not be started. */
  exitCode: number | null
  signal: NodeJS.Signals | null
}

export function describeExit({ exitCode, signal }: ChildExit): string {
  if (signal !== null) return `was killed by ${signal}`
  return exitCode === null ? 'could not be started' : `ended with exit code ${exitCode}`
}
