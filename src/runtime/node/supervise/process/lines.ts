import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Longest line, in characters. A longer one is split, so that output without line ends cannot fill the memory. */
export const MAX_LINE = 16_384

/**
 * Calls `onLine` with each line of a text stream, without its line end. Text after the last line end counts as a line.
 * Resolves when the stream has ended and all of its lines were passed on.
 */
export function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''

  const accept = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
    while (rest.length > MAX_LINE) {
      const end = splitsCharacter(rest, MAX_LINE) ? MAX_LINE - 1 : MAX_LINE
      onLine(rest.slice(0, end))
      rest = rest.slice(end)
    }
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
