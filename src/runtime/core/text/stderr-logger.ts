import { createLogger, type Logger, type LogLevel } from '../logger.js'
import { plainText } from './plain-text.js'

/**
 * A logger on standard error. What lines quote of others does nothing to a terminal, and cannot pass for a line of its own:
 * further lines of a message are indented.
 */
export function stderrLogger(level: LogLevel): Logger {
  return createLogger(level, (line) => {
    process.stderr.write(`${plainText(line).replaceAll('\n', '\n  ')}\n`)
  })
}
