import { KIB } from '../../core/bytes.js'
import type { Bytes } from './bytes.js'

const WINDOW = 64 * KIB

/** MPEG-TS: a file that ends within a packet. Where one between two packets was cut cannot be seen. */
export function packetsAreCutOff({ size }: Bytes, packet: number): Promise<boolean> {
  return Promise.resolve(size % packet !== 0)
}

/** FLV: behind each tag stands its length (Adobe Flash Video File Format Specification 10.1, annex E). */
export async function flvIsCutOff(bytes: Bytes): Promise<boolean> {
  const last = await bytes.read(bytes.size - 4, 4)
  const length = last.length < 4 ? 0 : last.readUInt32BE(0)
  if (length < 11 || length > bytes.size) return true
  const tag = await bytes.read(bytes.size - 4 - length, 4)
  return tag.length < 4 || tag.readUIntBE(1, 3) + 11 !== length
}

/** GIF: the end of the last block, and the trailer. Zeros may follow. */
export async function gifIsCutOff(bytes: Bytes): Promise<boolean> {
  const tail = await bytes.read(Math.max(0, bytes.size - WINDOW), WINDOW)
  const end = tail.findLastIndex((byte) => byte !== 0)
  return tail[end] !== 0x3b || tail[end - 1] !== 0
}

/** JPEG, and one JPEG after the other: the last that begins has no end. Other data may follow the last end. */
export async function jpegsAreCutOff(bytes: Bytes): Promise<boolean> {
  for (let end = bytes.size; end > 0; end -= WINDOW - 2) {
    const from = Math.max(0, end - WINDOW)
    const window = await bytes.read(from, end - from)
    const [begin, ended] = [
      window.lastIndexOf('\xff\xd8\xff', undefined, 'latin1'),
      window.lastIndexOf('\xff\xd9', undefined, 'latin1'),
    ]
    if (begin !== -1 || ended !== -1) return begin > ended
  }
  return true
}
