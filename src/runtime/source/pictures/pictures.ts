import { frameBytes, type PixelFormat } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import { wholeJpeg } from './jpeg-walk.js'
import { PartReader } from './part-reader.js'
import type { PipeReader } from './pipe-reader.js'
import { checkSize, type Size } from '../contract/size.js'

interface Picture extends Size {
  data: Buffer
}

interface PicturesOptions {
  memory: ItemMemory
  /** Called with the number of bytes that came of an incomplete picture, which is left out. */
  onCutShort: (bytes: number) => void
}

/** The pictures of raw video of this size, each in memory on loan, or in memory of its own. */
export async function* rawPictures(
  reader: PipeReader,
  bytes: number,
  size: Size,
  options: PicturesOptions,
): AsyncGenerator<Picture, void> {
  for (;;) {
    const picture = await fill(reader, bytes, options, () => ({ ...size, bytes }))
    if (picture === 'end') return
    if (picture) yield picture
  }
}

/**
 * The JPEGs of MIME multipart as ffmpeg writes it, each in memory on loan, or in memory of its own. Those that are not whole are
 * left out, since ffmpeg passes on what it is given. The size can change within the stream.
 * @throws BadPictures
 */
export async function* jpegPictures(
  reader: PipeReader,
  options: PicturesOptions,
): AsyncGenerator<Picture, void> {
  const parts = new PartReader(reader)
  for (;;) {
    const length = await parts.nextLength()
    if (length === undefined) return
    const picture = await fill(reader, length, options, checkedJpeg)
    if (picture === 'end') return
    if (picture) yield picture
    else options.onCutShort(length)
  }
}

/** The pictures of ffmpeg's output. @throws BadPictures */
export function pictures(
  reader: PipeReader,
  format: PixelFormat,
  size: Size,
  options: PicturesOptions,
): AsyncGenerator<Picture, void> {
  const bytes = frameBytes(format, size.width, size.height)
  return bytes === undefined ? jpegPictures(reader, options) : rawPictures(reader, bytes, size, options)
}

/**
 * Reads one picture; undefined when the bytes are none.
 * @param pictureIn gives the size of the picture in some bytes, and how many of them it has
 */
async function fill(
  reader: PipeReader,
  bytes: number,
  { memory, onCutShort }: PicturesOptions,
  pictureIn: (data: Buffer) => (Size & { bytes: number }) | undefined,
): Promise<Picture | 'end' | undefined> {
  const loan = memory.loan?.(bytes)
  let isKept = false
  try {
    // Never from Node's shared pool, so that keeping or transferring one picture touches no other.
    // eslint-disable-next-line no-restricted-syntax -- filled: a picture that is not whole is left out
    const data = loan?.bytes ?? Buffer.allocUnsafeSlow(bytes)
    const filled = await reader.fill(data)
    if (filled < bytes) {
      if (filled > 0) onCutShort(filled)
      return 'end'
    }
    const picture = pictureIn(data)
    if (!picture) return undefined
    isKept = picture.bytes === bytes
    if (isKept) return pictureOf(data, picture)
    const part = Buffer.alloc(picture.bytes)
    data.copy(part)
    return pictureOf(part, picture)
  } finally {
    loan?.end(isKept)
  }
}

function checkedJpeg(data: Buffer): (Size & { bytes: number }) | undefined {
  const picture = wholeJpeg(data)
  if (picture) checkSize(picture)
  return picture
}

/** A picture without whatever else is known of its video: a frame with further fields would be copied when it is sent. */
function pictureOf(data: Buffer, { width, height }: Size): Picture {
  return { data, width, height }
}
