import { frameBytes, type PixelFormat } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import { jpegSize } from './jpeg-size.js'
import type { PipeReader } from './pipe-reader.js'
import type { Size } from './report.js'

interface Picture extends Size {
  data: Buffer
}

interface PicturesOptions {
  memory: ItemMemory
  /** Called with the number of bytes that came of an incomplete last picture, which is left out. */
  onCutShort: (bytes: number) => void
}

/** The pictures of ffmpeg's output, each in memory on loan, or in memory of its own. */
export async function* pictures(
  reader: PipeReader,
  format: PixelFormat,
  size: Size,
  { memory, onCutShort }: PicturesOptions,
): AsyncGenerator<Picture, void> {
  const rawBytes = frameBytes(format, size.width, size.height)
  for (;;) {
    const bytes = rawBytes ?? (await partLength(reader))
    if (bytes === undefined) return
    const loan = memory.loan?.(bytes)
    // Never from Node's shared pool, so that keeping or transferring one picture touches no other.
    // eslint-disable-next-line no-restricted-syntax -- filled: a picture that is not whole is left out
    const data = loan?.bytes ?? Buffer.allocUnsafeSlow(bytes)
    const filled = await reader.fill(data)
    const whole = filled === bytes
    // JPEGs that are passed through can change size within the stream.
    const picture = { data, ...(whole && rawBytes === undefined ? (jpegSize(data) ?? size) : size) }
    loan?.end(whole)
    if (!whole) {
      if (filled > 0) onCutShort(filled)
      return
    }
    yield picture
  }
}

/** Reads the header of a MIME part up to its empty line, and gives its Content-length; undefined at the end. */
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
