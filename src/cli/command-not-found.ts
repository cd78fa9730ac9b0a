import type { Hook } from '@oclif/core'
import { DaffiError, nearest } from '../runtime/index.js'

const hook: Hook.CommandNotFound = ({ id, config }) => {
  const suggestion = nearest(id, config.commandIDs)
  throw new DaffiError('DAFFI_USAGE', `there is no command ${JSON.stringify(id)}`, {
    next: suggestion === undefined ? 'daffi --help lists the commands.' : `Did you mean daffi ${suggestion}?`,
  })
}

export default hook
