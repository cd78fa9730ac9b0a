import type { Frame } from 'daffi'
import { encode } from 'fast-png'

/** A frame as PNG. @throws Error for formats other than bgr24, rgb24 and gray */
export function toPng({ data, width, height, format }: Frame): Uint8Array {
  switch (format) {
    case 'gray':
      return encode({ width, height, data, channels: 1 })
    case 'rgb24':
      return encode({ width, height, data, channels: 3 })
    case 'bgr24':
      return encode({ width, height, data: redFirst(data), channels: 3 })
    default:
      throw new Error(`a ${format} frame cannot be written as PNG: let the source give bgr24, rgb24 or gray`)
  }
}

function redFirst(bgr: Buffer): Buffer {
  const rgb = Buffer.from(bgr)
  for (let at = 0; at + 2 < rgb.length; at += 3) {
    rgb[at] = bgr[at + 2] ?? 0
    rgb[at + 2] = bgr[at] ?? 0
  }
  return rgb
}
