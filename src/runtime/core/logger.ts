export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Writes lines for people, each with a level. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/**
 * A logger that writes lines from this level up: `warn: message`, and without prefix for `info`.
 * @param write called with each line, without its line end
 */
export function createLogger(level: LogLevel, write: (line: string) => void): Logger {
  const minimum = LOG_LEVELS.indexOf(level)
  const at =
    (name: LogLevel) =>
    (message: string): void => {
      if (LOG_LEVELS.indexOf(name) >= minimum) write(name === 'info' ? message : `${name}: ${message}`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
