import { frameBytes, type PixelFormat } from '../core/frame.js'
import { jpegSize } from './jpeg-size.js'
import type { PipeReader } from './pipe-reader.js'
import type { Size } from './report.js'

interface Picture extends Size {
  data: Buffer
}

/** The pictures of ffmpeg's output, each in memory of its own. A last one that is cut short is only reported. */
export async function* pictures(
  reader: PipeReader,
  format: PixelFormat,
  size: Size,
  onCutShort: (bytes: number) => void,
): AsyncGenerator<Picture, void> {
  const rawBytes = frameBytes(format, size.width, size.height)
  for (;;) {
    const bytes = rawBytes ?? (await partLength(reader))
    if (bytes === undefined) return
    // Never from Node's shared pool, so that keeping or transferring one picture touches no other.
    const data = Buffer.allocUnsafeSlow(bytes)
    const filled = await reader.fill(data)
    if (filled < bytes) {
      if (filled > 0) onCutShort(filled)
      return
    }
    // JPEGs that ffmpeg passes through may change their size in mid-stream.
    yield { data, ...(rawBytes === undefined ? (jpegSize(data) ?? size) : size) }
  }
}

/** Reads the header of a MIME part, up to its empty line. */
async function partLength(reader: PipeReader): Promise<number | undefined> {
  let length: number | undefined
  for (;;) {
    const line = await reader.line()
    if (line === undefined) return undefined
    if (line === '' && length !== undefined) return length
    const match = /^content-length:\s*(\d+)/i.exec(line)
    if (match) length = Number(match[1])
  }
}
