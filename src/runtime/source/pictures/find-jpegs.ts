import { KIB, MIB } from '../../core/bytes.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import { HeldBytes } from '../contract/held-bytes.js'
import { BadPictures, checkSize, MAX_JPEG_BYTES, type Size } from '../contract/size.js'
import { JpegWalk } from './jpeg-walk.js'

/** Beginning of a JPEG: its first marker, and the first byte of the next. */
const BEGINNING = Buffer.from([0xff, 0xd8, 0xff])
/** Most bytes between two pictures. */
const MAX_BETWEEN_BYTES = MIB
/** Pictures without an end, one behind the other, after which no whole one is waited for. */
const MAX_BROKEN = 16

interface FindOptions {
  memory: ItemMemory
  /** Called with the number of bytes that came of a picture that has no end; it is left out. */
  onCutShort: (bytes: number) => void
}

/**
 * The whole JPEGs among some bytes, each in memory on loan or in memory of its own. They are found by their own markers, whatever
 * stands between them: cameras send the headers of MIME multipart in many ways, and wrong lengths.
 * @throws BadPictures
 */
export async function* findJpegs(
  chunks: AsyncIterable<Buffer>,
  { memory, onCutShort }: FindOptions,
): AsyncGenerator<Size & { data: Buffer }, void> {
  const held = new HeldBytes()
  let walk: JpegWalk | undefined
  let between = 0
  let broken = 0
  for await (const chunk of chunks) {
    held.append(chunk)
    for (;;) {
      if (!walk) {
        const found = held.bytes.indexOf(BEGINNING)
        const passed = found === -1 ? Math.max(0, held.bytes.length - BEGINNING.length + 1) : found
        between += passed
        held.drop(passed)
        if (between > MAX_BETWEEN_BYTES)
          throw new BadPictures(`its data has no picture within ${MAX_BETWEEN_BYTES / KIB} KiB`)
        if (found === -1) break
        walk = new JpegWalk()
      }
      const state = walk.walk(held.bytes)
      if (walk.size) checkSize(walk.size)
      if (walk.at > MAX_JPEG_BYTES)
        throw new BadPictures(`one of its pictures does not end within ${MAX_JPEG_BYTES / MIB} MiB`)
      if (state === 'more') break
      const { at, size } = walk
      walk = undefined
      if (state === 'whole' && size) {
        const data = copied(held.bytes.subarray(0, at), memory)
        held.drop(at)
        between = broken = 0
        yield { data, ...size }
        continue
      }
      onCutShort(at)
      held.drop(at)
      if (++broken === MAX_BROKEN)
        throw new BadPictures(`${MAX_BROKEN} of its pictures, one behind the other, have no end`)
    }
  }
  if (walk) onCutShort(held.bytes.length)
}

function copied(jpeg: Buffer, memory: ItemMemory): Buffer {
  const loan = memory.loan?.(jpeg.length)
  // Never from Node's shared pool, so that keeping or transferring one picture touches no other.
  // eslint-disable-next-line no-restricted-syntax -- filled at once
  const data = loan?.bytes ?? Buffer.allocUnsafeSlow(jpeg.length)
  jpeg.copy(data)
  loan?.end(true)
  return data
}

/** Whether a body that begins like this is JPEGs, one behind the other or as MIME multipart. */
export function looksLikeJpegs(beginning: Buffer): boolean {
  return beginning.subarray(0, BEGINNING.length).equals(BEGINNING) || looksLikeMultipart(beginning)
}

/** Whether a body that begins like this is MIME multipart. */
export function looksLikeMultipart(beginning: Buffer): boolean {
  return /^\s*--/.test(beginning.toString('latin1'))
}
