import type { Logger } from '../../src/runtime/core/logger.js'

/** A logger that keeps its lines for the test to read. */
export function keptLog(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const keep = (line: string): void => void lines.push(line)
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, lines }
}
