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
    while (rest.length >= MAX_LINE) {
      onLine(rest.slice(0, MAX_LINE))
      rest = rest.slice(MAX_LINE)
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
