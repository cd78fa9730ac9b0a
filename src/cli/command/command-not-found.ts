import type { Hook } from '@oclif/core'
import { DaffiError } from '../../runtime/core/errors.js'
import { nearest } from '../../runtime/core/text/nearest.js'

/**
 * The error of a command that does not exist. oclif takes all words up to the first flag for the command's name, joined
 * by colons, so arguments of a command that takes none may be among them.
 */
export function unknownCommand(id: string, known: readonly string[]): DaffiError {
  if (id.startsWith('-'))
    return new DaffiError('DAFFI_USAGE', `${id} stands where the command belongs`, {
      next: 'Give the command first, and flags after it; daffi --help lists the commands.',
    })
  const words = id.split(':')
  for (let count = words.length - 1; count > 0; count--) {
    if (!known.includes(words.slice(0, count).join(':'))) continue
    const command = `daffi ${words.slice(0, count).join(' ')}`
    const rest = JSON.stringify(words.slice(count).join(':'))
    return new DaffiError('DAFFI_USAGE', `${command} takes no ${rest}`, {
      next: `${command} --help lists its arguments and flags.`,
    })
  }
  const [topic = '', word = ''] = words
  const inTopic = known
    .filter((each) => each.startsWith(`${topic}:`))
    .map((each) => each.slice(topic.length + 1))
  if (inTopic.length > 0) {
    const suggestion = nearest(word, inTopic)
    return new DaffiError('DAFFI_USAGE', `daffi ${topic} has no command ${JSON.stringify(word)}`, {
      next:
        suggestion === undefined
          ? `Its commands are ${inTopic.join(', ')}.`
          : `Did you mean daffi ${topic} ${suggestion}?`,
    })
  }
  const suggestion = nearest(topic, known)
  return new DaffiError('DAFFI_USAGE', `there is no command ${JSON.stringify(words.join(' '))}`, {
    next:
      suggestion === undefined
        ? 'daffi --help lists the commands.'
        : `Did you mean daffi ${suggestion.replaceAll(':', ' ')}?`,
  })
}

const hook: Hook.CommandNotFound = ({ id, config }) => {
  throw unknownCommand(id, config.commandIDs)
}

export default hook
