import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Characters after which an unfinished line is given out as it is, so that output without line ends cannot fill the memory. */
export const MAX_LINE = 16_384

/**
 * Gives each whole line of a text stream, without its line end; what is left at the end counts as a line.
 * Resolves when the stream has ended and everything was given out.
 */
export function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''

  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
    while (rest.length > MAX_LINE) {
      const end = splitsCharacter(rest, MAX_LINE) ? MAX_LINE - 1 : MAX_LINE
      onLine(rest.slice(0, end))
      rest = rest.slice(end)
    }
  }

  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)))
  return new Promise((resolve) => {
    stream.once('close', () => {
      take(decoder.end())
      if (rest !== '') onLine(rest)
      rest = ''
      resolve()
    })
    stream.once('error', () => undefined)
  })
}

/** Whether a cut before `index` would part the two halves of a character beyond the basic plane. */
function splitsCharacter(text: string, index: number): boolean {
  return text.charCodeAt(index - 1) >>> 10 === 0xd800 >>> 10
}
