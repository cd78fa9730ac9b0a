import { frameBytes, type PixelFormat } from '../../core/frame.js'
import { BadPictures, type Size } from '../contract/size.js'
import type { PipeReader } from './pipe-reader.js'
import { fill, type Picture, type PicturesOptions } from './pictures.js'

interface RawPicturesOptions extends PicturesOptions {
  /** Looks at the size of a picture before it is read. @throws BadPictures */
  check: (size: Size) => void
}

/** Reads what stands in front of a picture; undefined at the end. */
type ReadHeader = (reader: PipeReader) => Promise<Size | undefined>

/** Longest line in YUV4MPEG2. */
const MAX_LINE_BYTES = 1024
/** Bytes of the fixed part of a header of XWD (XWDFile.h), and where its fields are. */
const XWD = { bytes: 100, version: 4, width: 16, height: 20, colors: 76 } as const
const XWD_VERSION = 7
const XWD_COLOR_BYTES = 12
const MAX_XWD_EXTRA_BYTES = 4096

/**
 * The raw pictures of ffmpeg's output, which states their size itself: YUV4MPEG2 in front of the first one, XWD in front of each.
 * Each is in memory on loan, or in memory of its own.
 * @throws BadPictures
 */
export async function* rawPictures(
  reader: PipeReader,
  format: PixelFormat,
  options: RawPicturesOptions,
): AsyncGenerator<Picture, void> {
  const readHeader = format === 'yuv420p' ? yuv4mpeg() : xwd
  for (;;) {
    const size = await readHeader(reader)
    if (!size) return
    options.check(size)
    const bytes = frameBytes(format, size.width, size.height) ?? 0
    const picture = await fill(reader, bytes, options, () => size)
    if (picture === 'end') return
    if (picture) yield picture
  }
}

function yuv4mpeg(): ReadHeader {
  let size: Size | undefined
  return async (reader) => {
    size ??= sizeInLine(await reader.line(MAX_LINE_BYTES))
    const line = await reader.line(MAX_LINE_BYTES)
    if (line === undefined) return undefined
    if (!line?.startsWith('FRAME')) throw noPicture()
    return size
  }
}

function sizeInLine(line: string | null | undefined): Size | undefined {
  if (line === undefined) return undefined
  const [, width, height] = /^YUV4MPEG2 W(\d+) H(\d+) /.exec(line ?? '') ?? []
  if (height === undefined) throw noPicture()
  return { width: Number(width), height: Number(height) }
}

async function xwd(reader: PipeReader): Promise<Size | undefined> {
  // What comes with the header is read at once with it.
  if (!(await reader.hasData())) return undefined
  const header = Buffer.alloc(XWD.bytes)
  if ((await reader.fill(header)) < header.length) return undefined
  const colors = header.readUInt32BE(XWD.colors)
  const extra = header.readUInt32BE(0) - XWD.bytes + colors * XWD_COLOR_BYTES
  if (header.readUInt32BE(XWD.version) !== XWD_VERSION || extra < 0 || extra > MAX_XWD_EXTRA_BYTES) {
    throw noPicture()
  }
  await reader.fill(Buffer.alloc(extra))
  return { width: header.readUInt32BE(XWD.width), height: header.readUInt32BE(XWD.height) }
}

function noPicture(): BadPictures {
  return new BadPictures('ffmpeg gives something else than pictures')
}
