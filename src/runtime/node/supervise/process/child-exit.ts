/** The way in which the process of a node ended. */
export interface ChildExit {
  /** Undefined when the process could not be started. */
  pid: number | undefined
  /** Null when a signal killed it, or it could not be started. */
  exitCode: number | null
  signal: NodeJS.Signals | null
}

/** Describes an exit that was not requested, as the rest of a sentence that begins with the node's name. */
export function describeExit({ exitCode, signal }: ChildExit): string {
  if (signal !== null) return `was killed by ${signal}`
  if (exitCode === null) return 'could not be started'
  return exitCode === 0 ? 'ended by itself, with exit code 0' : `ended with exit code ${exitCode}`
}
