import type { ItemMemory } from '../../core/stream/item-memory.js'
import { beginsAsJpeg, wholeJpeg } from './jpeg-walk.js'
import { PartReader } from './part-reader.js'
import type { PipeReader } from './pipe-reader.js'
import { checkSize, type Size } from '../contract/size.js'

export interface Picture extends Size {
  data: Buffer
}

export interface PicturesOptions {
  memory: ItemMemory
  /** Called with the number of bytes that came of an incomplete picture, which is left out. */
  onCutShort: (bytes: number) => void
  /** Called for a part that is no JPEG, before it is passed over. */
  onOther?: () => void
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
  const jpegIn = (data: Buffer): (Size & { bytes: number }) | undefined => {
    const picture = wholeJpeg(data)
    if (picture) checkSize(picture)
    else if (beginsAsJpeg(data)) options.onCutShort(data.length)
    else options.onOther?.()
    return picture
  }
  for (;;) {
    const length = await parts.nextLength()
    if (length === undefined) return
    const picture = await fill(reader, length, options, jpegIn)
    if (picture === 'end') return
    if (picture) yield picture
  }
}

/**
 * Reads one picture; undefined when the bytes are none.
 * @param pictureIn gives the size of the picture in some bytes, and how many of them it has
 * @param read fills the picture's memory, and gives the number of bytes
 */
export async function fill(
  reader: PipeReader,
  bytes: number,
  { memory, onCutShort }: PicturesOptions,
  pictureIn: (data: Buffer) => (Size & { bytes: number }) | undefined,
  read = (data: Buffer): Promise<number> => reader.fill(data),
): Promise<Picture | 'end' | undefined> {
  const loan = memory.loan?.(bytes)
  let isKept = false
  try {
    // Never from Node's shared pool, so that keeping or transferring one picture touches no other.
    // eslint-disable-next-line no-restricted-syntax -- filled: a picture that is not whole is left out
    const data = loan?.bytes ?? Buffer.allocUnsafeSlow(bytes)
    const filled = await read(data)
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

/** A picture without whatever else is known of its video: a frame with further fields would be copied when it is sent. */
function pictureOf(data: Buffer, { width, height }: Size): Picture {
  return { data, width, height }
}
