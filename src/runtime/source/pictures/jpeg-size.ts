import type { Size } from '../contract/size.js'

/** Start-of-frame markers of all codings: 0xC0 to 0xCF without DHT, JPG and DAC (ITU-T T.81, table B.1). */
const FRAME_HEADERS = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
const FILL = 0xff
/** Bytes of marker, length, precision, height and width. */
const FRAME_HEADER_BYTES = 9

/** Size in a JPEG's frame header; segments before the header are skipped by their lengths. Undefined for what is no JPEG. */
export function jpegSize(jpeg: Buffer): Size | undefined {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) return undefined
  let at = 2
  while (at + FRAME_HEADER_BYTES <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] ?? 0
    if (FRAME_HEADERS.has(marker)) {
      const [height, width] = [jpeg.readUInt16BE(at + 5), jpeg.readUInt16BE(at + 7)]
      return width > 0 && height > 0 ? { width, height } : undefined
    }
    at += marker === FILL ? 1 : 2 + jpeg.readUInt16BE(at + 2)
  }
  return undefined
}
