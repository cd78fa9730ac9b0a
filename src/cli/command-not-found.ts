import type { Hook } from '@oclif/core'
import { DaffiError } from '../runtime/core/errors.js'
import { nearest } from '../runtime/core/nearest.js'

const hook: Hook.CommandNotFound = ({ id, config }) => {
  const suggestion = nearest(id, config.commandIDs)
  throw new DaffiError('DAFFI_USAGE', `there is no command ${JSON.stringify(id)}`, {
    next: suggestion === undefined ? 'daffi --help lists the commands.' : `Did you mean daffi ${suggestion}?`,
  })
}

export default hook
