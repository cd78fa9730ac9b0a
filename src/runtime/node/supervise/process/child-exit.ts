import { DaffiError } from '../../../core/errors.js'
import { shortText } from '../../../core/message/short-error.js'
import type { ProcessEnd } from '../../../status/index.js'

/** The way in which the process of a node ended. */
export interface ChildExit {
  /** Undefined when the process could not be started. */
  pid: number | undefined
  /** Null when a signal killed it, or it could not be started. */
  exitCode: number | null
  signal: NodeJS.Signals | null
  /** The cause as the rest of a sentence that begins with the node's name, where more is known than code and signal. */
  cause?: string
}

/** Describes an exit that was not requested, as the rest of a sentence that begins with the node's name. */
export function describeExit({ exitCode, signal, cause }: ChildExit): string {
  if (cause !== undefined) return cause
  if (signal !== null) return `was killed by ${signal}`
  if (exitCode === null) return 'could not be started'
  return exitCode === 0 ? 'ended by itself, with exit code 0' : `ended with exit code ${exitCode}`
}

/** Whether a process that has not said goodbye certainly was not ended by daffi. */
export function diedByItself({ exitCode, signal, cause }: ChildExit): boolean {
  return cause === undefined && (signal !== null || (exitCode !== null && exitCode !== 0))
}

/** The error of a node whose process has ended by itself. */
export function died(node: string, exit: ChildExit): DaffiError {
  return new DaffiError('DAFFI_NODE_DIED', `${node} ${describeExit(exit)}`)
}

/**
 * The end of a node's process as others are told of it.
 * @param failure the reason that the process itself has reported
 * @param wasTold whether it has left because it was told to
 */
export function processEnd(exit: ChildExit, failure: DaffiError | undefined, wasTold: boolean): ProcessEnd {
  const { exitCode, signal } = exit
  const cause = failure?.message ?? (wasTold ? 'was told to end' : describeExit(exit))
  return { time: Date.now(), exitCode, signal, cause: shortText(cause) }
}
