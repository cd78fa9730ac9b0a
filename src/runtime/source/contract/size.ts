export interface Size {
  /** Pixels. */
  width: number
  /** Pixels. */
  height: number
}

/** Most pixels of a picture whose size somebody else has chosen: twice those of 8K video. A raw frame then takes 200 MB at most. */
export const MAX_PIXELS = 2 ** 26

/** Most bytes of one JPEG. */
export const MAX_JPEG_BYTES = 2 ** 26

/** Says that what was to be cut into pictures is larger than any picture, or is none. */
export class BadPictures extends Error {}

/** @throws BadPictures when a picture has too many pixels */
export function checkSize({ width, height }: Size): void {
  if (width * height > MAX_PIXELS) {
    throw new BadPictures(`its pictures are ${width}x${height}, more than ${MAX_PIXELS / 2 ** 20} megapixels`)
  }
}
