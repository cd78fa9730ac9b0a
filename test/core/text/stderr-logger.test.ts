import { expect, test, vi } from 'vitest'
import { stderrLogger } from '../../../src/runtime/core/text/stderr-logger.js'

test('lines go to standard error, and what they quote does nothing there', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    const log = stderrLogger('warn')
    log.info('i')
    log.warn('w')
    log.error('\u001b]52;c;aGk=\u0007of \u202e\u009b2Jothers\r\nerror: forged')
    expect(write.mock.calls).toEqual([['warn: w\n'], ['error: of others\n  error: forged\n']])
  } finally {
    write.mockRestore()
  }
})
