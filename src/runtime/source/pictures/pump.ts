import type { Readable } from 'node:stream'
import type { PipeReader } from './pipe-reader.js'

/** Copies a pipe's data into the reader's memory, where the pipe cannot read into it by `onread`. */
export function pump(pipe: Readable, reader: PipeReader): void {
  const { buffer, callback } = reader.onread
  reader.attach(pipe)
  pipe.pause()
  pipe.on('data', (chunk: Buffer) => {
    let more = true
    for (let at = 0; at < chunk.length;) {
      const copied = chunk.copy(buffer(), 0, at)
      at += copied
      more = callback(copied)
    }
    if (!more) pipe.pause()
  })
}
