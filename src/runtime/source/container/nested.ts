import type { Bytes } from './bytes.js'

/** Most parts of a file that are looked at; what comes after them is not. */
const MAX_PARTS = 100_000

/** Where the next part begins, or what is known of the file's end. */
type Step = number | 'whole' | 'cut off'

/** Goes from part to part by their lengths: cut off is a file that ends within one. */
async function walk(bytes: Bytes, first: number, step: (at: number) => Promise<Step>): Promise<boolean> {
  let at = first
  for (let parts = 0; parts < MAX_PARTS; parts++) {
    if (at === bytes.size) return false
    if (at > bytes.size) return true
    const next = await step(at)
    if (typeof next === 'string') return next === 'cut off'
    at = next
  }
  return false
}

/** Boxes of MP4 and MOV (ISO/IEC 14496-12, section 4.2). */
export function boxesAreCutOff(bytes: Bytes): Promise<boolean> {
  return walk(bytes, 0, async (at) => {
    const head = await bytes.read(at, 16)
    // What is appended to a file need not be boxes.
    if (head.length < 8 || !/^[\x20-\x7e\xa9]{4}$/.test(head.toString('latin1', 4, 8))) return 'whole'
    const size = head.readUInt32BE(0)
    if (size === 0) return 'whole'
    if (size > 1) return size < 8 ? 'whole' : at + size
    return head.length < 16 ? 'cut off' : at + Number(head.readBigUInt64BE(8))
  })
}

/** Elements of Matroska and WebM (RFC 8794). Those of unknown length, as in live recordings, are gone through. */
export function elementsAreCutOff(bytes: Bytes): Promise<boolean> {
  return walk(bytes, 0, async (at) => {
    const head = await bytes.read(at, 12)
    const idLength = Math.clz32(head[0] ?? 0) - 23
    if (idLength > 4) return 'whole'
    const first = head[idLength]
    if (first === undefined) return 'cut off'
    const sizeLength = Math.clz32(first) - 23
    if (sizeLength > 8) return 'whole'
    const content = idLength + sizeLength
    if (head.length < content) return 'cut off'
    let size = BigInt(first & (0xff >> sizeLength))
    for (const byte of head.subarray(idLength + 1, content)) size = size * 256n + BigInt(byte)
    const isUnknown = size === (1n << BigInt(7 * sizeLength)) - 1n
    return at + content + (isUnknown ? 0 : Number(size))
  })
}

/** RIFF, as AVI and WebP are. A recorder that was not ended in order may have written no length. */
export function riffIsCutOff(bytes: Bytes): Promise<boolean> {
  return walk(bytes, 0, async (at) => {
    const head = await bytes.read(at, 8)
    if (head.length < 8 || head.toString('latin1', 0, 4) !== 'RIFF') return 'whole'
    const size = head.readUInt32LE(4)
    return size === 0 || size >= 0xff_ff_ff_00 ? 'whole' : at + 8 + size
  })
}

/** Chunks of PNG and APNG (ISO/IEC 15948, section 5.3). */
export async function chunksAreCutOff(bytes: Bytes): Promise<boolean> {
  let hasEnd = false as boolean
  const isCut = await walk(bytes, 8, async (at) => {
    const head = await bytes.read(at, 8)
    if (head.length < 8) return 'cut off'
    hasEnd = head.toString('latin1', 4, 8) === 'IEND'
    return hasEnd ? 'whole' : at + 12 + head.readUInt32BE(0)
  })
  return isCut || !hasEnd
}
