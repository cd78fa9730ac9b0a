import type { Size } from '../contract/size.js'

/** Markers of ITU-T T.81, table B.1. */
const [FILL, START, END, SCAN] = [0xff, 0xd8, 0xd9, 0xda]
/** Start-of-frame markers of all codings: 0xC0 to 0xCF without DHT, JPG and DAC. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])
/** Markers without a length: what stands for a byte 0xFF, TEM, and the restarts. */
const isAlone = (marker: number): boolean => marker <= 1 || (marker >= 0xd0 && marker <= 0xd7)
/** Markers of segments that may stand between the scans of a picture: tables, the number of lines, data of applications. */
const isBetweenScans = (marker: number): boolean =>
  marker === 0xc4 || (marker >= SCAN && marker <= 0xdd) || (marker >= 0xe0 && marker <= 0xef)

/**
 * Walks through a JPEG from marker to marker, as far as its bytes have come. Segments are passed over by their lengths, so that
 * pictures within them, such as a camera's thumbnail, are never taken for this one or its end.
 */
export class JpegWalk {
  /** Bytes walked; when the picture is whole, its length. */
  at = 2
  /** Size in the frame header, once it has come. */
  size: Size | undefined
  #isInScan = false

  /**
   * Walks on.
   * @param data from the beginning of the picture
   * @returns `broken` when another picture begins before this one ends, or where it makes no sense
   */
  walk(data: Buffer): 'more' | 'whole' | 'broken' {
    for (;;) {
      if (this.at >= data.length) return 'more'
      if (this.#isInScan) {
        const next = data.indexOf(FILL, this.at)
        this.at = next === -1 ? data.length : next
      }
      if (this.at + 2 > data.length) return 'more'
      if (data[this.at] !== FILL) return 'broken'
      const marker = data[this.at + 1] ?? 0
      if (marker === START) return 'broken'
      if (marker === END) {
        this.at += 2
        return this.#isInScan && this.size ? 'whole' : 'broken'
      }
      if (marker === FILL) this.at += 1
      else if (isAlone(marker) || (this.#isInScan && !isBetweenScans(marker))) this.at += 2
      else if (!this.#segment(data, marker)) return 'more'
    }
  }

  /** Passes over a segment; false when its header has not come. */
  #segment(data: Buffer, marker: number): boolean {
    const isFrame = FRAMES.has(marker)
    if (this.at + (isFrame ? 9 : 4) > data.length) return false
    if (isFrame) {
      const [height, width] = [data.readUInt16BE(this.at + 5), data.readUInt16BE(this.at + 7)]
      this.size = width > 0 && height > 0 ? { width, height } : undefined
    }
    if (marker === SCAN) this.#isInScan = true
    this.at += 2 + data.readUInt16BE(this.at + 2)
    return true
  }
}

/** Whether some bytes begin as a JPEG does. */
export function beginsAsJpeg(data: Buffer): boolean {
  return data[0] === FILL && data[1] === START
}

/** Size and length of the JPEG at the beginning of some bytes; undefined when there is none, or not a whole one. */
export function wholeJpeg(data: Buffer): (Size & { bytes: number }) | undefined {
  if (!beginsAsJpeg(data)) return undefined
  const walk = new JpegWalk()
  return walk.walk(data) === 'whole' && walk.size ? { ...walk.size, bytes: walk.at } : undefined
}
