import type { Sharp } from 'sharp'
import { DaffiError, messageOf } from '../../core/errors.js'
import { frameBytes, type Frame } from '../../core/frame.js'
import { optionalPackage } from '../../core/process/optional-package.js'
import { rgbOfYuv420p } from './yuv.js'

const QUALITY = 75
/** Quality of pictures that are kept. */
const FULL_QUALITY = 90

/** Whether a frame has as many bytes as its size needs, so that no size that a node only claims takes memory. */
export function isWhole({ format, width, height, data }: Frame): boolean {
  const isSize = [width, height].every((side) => Number.isSafeInteger(side) && side > 0)
  return isSize && (format === 'mjpeg' || frameBytes(format, width, height) === data.length)
}

/** Format of a picture file. */
export type PictureType = 'jpeg' | 'png'

/**
 * Converts a frame to a picture in its full size. A frame that is a JPEG already is returned as it is when that is asked for.
 * @throws DaffiError DAFFI_MISSING_PACKAGE without the package sharp, DAFFI_BAD_MESSAGE when the frame cannot be read
 */
export async function toPicture(frame: Frame, type: PictureType): Promise<Buffer> {
  if (frame.format === 'mjpeg' && type === 'jpeg') return frame.data
  const picture = await load(frame, frame.width)
  try {
    return await (type === 'png' ? picture.png() : picture.jpeg({ quality: FULL_QUALITY })).toBuffer()
  } catch (cause) {
    const message = `the frame is no whole picture: ${messageOf(cause)}`
    throw new DaffiError('DAFFI_BAD_MESSAGE', message, { cause, next: 'Try again with the next frame.' })
  }
}

/**
 * Converts a frame to JPEG, no wider than `width` pixels. A frame that is a JPEG already is returned as it is.
 * @throws DaffiError DAFFI_MISSING_PACKAGE without the package sharp
 */
export async function toJpeg(frame: Frame, width: number): Promise<Buffer> {
  if (frame.format === 'mjpeg') return frame.data
  const picture = await load(frame, width)
  return await picture
    .resize({ width, withoutEnlargement: true, kernel: 'linear' })
    .jpeg({ quality: QUALITY })
    .toBuffer()
}

async function load(frame: Frame, width: number): Promise<Sharp> {
  // Loaded for the first picture: it takes 30 MB.
  const { default: sharp } = await optionalPackage('sharp', () => import('sharp'))
  sharp.cache(false)
  // One core at most: the processor is for the streams.
  sharp.concurrency(1)
  const raw = (pixels: Pick<Frame, 'data' | 'width' | 'height'>, channels: 1 | 3): Sharp =>
    sharp(pixels.data, { raw: { width: pixels.width, height: pixels.height, channels } })
  switch (frame.format) {
    case 'gray':
      return raw(frame, 1)
    case 'rgb24':
      return raw(frame, 3)
    case 'bgr24':
      return raw(frame, 3).recomb(SWAP)
    case 'mjpeg':
      return sharp(frame.data)
    default:
      return raw(rgbOfYuv420p(frame, Math.max(1, Math.floor(frame.width / width))), 3)
  }
}

/** Matrix that exchanges blue and red. */
const SWAP: [[number, number, number], [number, number, number], [number, number, number]] = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
]
