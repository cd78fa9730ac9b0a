import type { ItemMemory } from '../../core/stream/item-memory.js'
import { jpegSize } from './jpeg-size.js'
import { PartReader } from './part-reader.js'
import type { PipeReader } from './pipe-reader.js'
import { checkSize, type Size } from '../contract/size.js'

export interface Picture extends Size {
  data: Buffer
}

export interface PicturesOptions {
  memory: ItemMemory
  /** Called with the number of bytes that came of an incomplete last picture, which is left out. */
  onCutShort: (bytes: number) => void
  /** Called for a part that is no JPEG, before it is passed over. */
  onOther?: () => void
}

/**
 * The JPEGs of MIME multipart, each in memory on loan, or in memory of its own. Parts that are no JPEG are passed over. The
 * size can change within the stream.
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
    if (length === null) {
      const body = await parts.body()
      if (!body) return
      const picture = copy(body, options.memory)
      if (picture) yield picture
      else options.onOther?.()
      continue
    }
    const picture = await fill(reader, length, options, checkedSize)
    if (picture === 'end') return
    if (picture) yield picture
    else options.onOther?.()
  }
}

/**
 * Reads one picture; undefined when the bytes are none.
 * @param read fills the picture's memory, and gives the number of bytes
 */
export async function fill(
  reader: PipeReader,
  bytes: number,
  { memory, onCutShort }: PicturesOptions,
  sizeOf: (data: Buffer) => Size | undefined,
  read = (data: Buffer): Promise<number> => reader.fill(data),
): Promise<Picture | 'end' | undefined> {
  const loan = memory.loan?.(bytes)
  let size: Size | undefined
  try {
    // Never from Node's shared pool, so that keeping or transferring one picture touches no other.
    // eslint-disable-next-line no-restricted-syntax -- filled: a picture that is not whole is left out
    const data = loan?.bytes ?? Buffer.allocUnsafeSlow(bytes)
    const filled = await read(data)
    if (filled < bytes) {
      if (filled > 0) onCutShort(filled)
      return 'end'
    }
    size = sizeOf(data)
    return size && pictureOf(data, size)
  } finally {
    loan?.end(size !== undefined)
  }
}

function copy(body: Buffer, memory: ItemMemory): Picture | undefined {
  const size = checkedSize(body)
  if (!size) return undefined
  const loan = memory.loan?.(body.length)
  if (!loan) return pictureOf(body, size)
  body.copy(loan.bytes)
  loan.end(true)
  return pictureOf(loan.bytes, size)
}

function checkedSize(data: Buffer): Size | undefined {
  const size = jpegSize(data)
  if (size) checkSize(size)
  return size
}

/** A picture without whatever else is known of its video: a frame with further fields would be copied when it is sent. */
function pictureOf(data: Buffer, { width, height }: Size): Picture {
  return { data, width, height }
}
