import { count } from '../../runtime/core/text/count.js'
import { plainJson } from '../../runtime/core/text/plain-text.js'
import type { ShownLetter, StoredDeadLetter } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'
import { factLines } from './fact-lines.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'

/** Lines about a dead letter in a list. */
export function letterLines(letter: StoredDeadLetter, { bold, dim, red }: Colours): string[] {
  const { id, call, node, error, attempts, time } = letter
  const when = dim(isoTime(time))
  const what =
    'job' in letter
      ? `job ${letter.job} (${count(letter.bytes, 'byte')})`
      : `item ${letter.item} of ${letter.stream}`
  return [
    `${bold(String(id))}  ${when}  ${what} to ${call} on ${node}, ${count(attempts, 'attempt')}`,
    `   ${red(error.code)} ${error.message}`,
  ]
}

/** All of a dead letter: after what the list says its origin, and the whole item, or the arguments. */
export function shownLetterLines(letter: ShownLetter, colours: Colours): string[] {
  const facts: [string, string][] =
    'job' in letter
      ? [
          ['target', letter.to === null ? 'any node that offers the callback' : `the node ${letter.to}`],
          ['job', `${letter.job} (jobs show ${letter.job})`],
        ]
      : [
          ['stream', letter.stream],
          ['epoch', letter.run],
          [
            'item',
            `${letter.item}, ${count(letter.bytes, 'byte')} of ${letter.kind ? `type ${letter.kind[0]}` : 'a value'}`,
          ],
        ]
  return [
    ...letterLines(letter, colours),
    ...factLines([...facts, ['job' in letter ? 'arguments' : 'value', plainJson(letter.value)]], colours),
  ]
}
