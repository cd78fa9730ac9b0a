import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { MIB } from '../../../core/bytes.js'

/** Longest line, in characters. A longer one is split, so that output without line ends cannot fill the memory. */
export const MAX_LINE = MIB

/**
 * Calls `onLine` with each line of a text stream, without its line end. Text after the last line end counts as a line.
 * Resolves when the stream has ended and all of its lines were passed on.
 */
export function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''

  const accept = (text: string): void => {
    // Only the new text is searched: a long line comes in many pieces.
    const [first = '', ...others] = text.split('\n')
    rest += first
    for (const line of others) {
      onLine(cut().replace(/\r$/, ''))
      rest = line
    }
    rest = cut()
  }
  /** Passes on what is longer than a line may be, and returns the remainder. */
  const cut = (): string => {
    let remainder = rest
    while (remainder.length > MAX_LINE) {
      const end = splitsCharacter(remainder, MAX_LINE) ? MAX_LINE - 1 : MAX_LINE
      onLine(remainder.slice(0, end))
      remainder = remainder.slice(end)
    }
    return remainder
  }

  stream.on('data', (chunk: Buffer) => accept(decoder.write(chunk)))
  return new Promise((resolve) => {
    stream.once('close', () => {
      accept(decoder.end())
      if (rest !== '') onLine(rest)
      rest = ''
      resolve()
    })
    stream.once('error', () => undefined)
  })
}

/** Tells whether a cut before `index` would separate the two surrogates of one character. */
function splitsCharacter(text: string, index: number): boolean {
  return text.charCodeAt(index - 1) >>> 10 === 0xd800 >>> 10
}
