import { expect, test } from 'vitest'
import { createLogger, LOG_LEVELS, type LogLevel } from '../../src/runtime/core/logger.js'

const ALL = ['debug: d', 'i', 'warn: w', 'error: e']

test.each(LOG_LEVELS.map((level, index) => [level, ALL.slice(index)] as [LogLevel, string[]]))(
  'at level %s the lines are %j',
  (level, expected) => {
    const lines: string[] = []
    const log = createLogger(level, (line) => lines.push(line))
    log.debug('d')
    log.info('i')
    log.warn('w')
    log.error('e')
    expect(lines).toEqual(expected)
  },
)
