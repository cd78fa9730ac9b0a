import { frameBytes, type PixelFormat } from '../../core/frame.js'
import { BadPictures, type Size } from '../contract/size.js'
import type { PipeReader } from './pipe-reader.js'
import { fill, type Picture, type PicturesOptions } from './pictures.js'

interface RawPicturesOptions extends PicturesOptions {
  /** Size of all pictures; without it, the output states their sizes. */
  size?: Size | undefined
  /** Looks at the size of a picture before it is read. @throws BadPictures */
  check: (size: Size) => void
}

interface Header extends Size {
  /** Bytes of a row of pixels, and what fills it up; absent where nothing does. */
  row?: number
}

/** Reads what stands in front of a picture; undefined at the end. */
type ReadHeader = (reader: PipeReader) => Promise<Header | undefined>

/** Longest line in YUV4MPEG2. */
const MAX_LINE_BYTES = 1024
/** Bytes of the fixed part of a header of XWD (XWDFile.h), and where its fields are. */
const XWD = { bytes: 100, version: 4, width: 16, height: 20, row: 48, colors: 76 } as const
const XWD_VERSION = 7
const XWD_COLOR_BYTES = 12
const MAX_XWD_EXTRA_BYTES = 4096
/** Rows are filled up to 32 bits. */
const MAX_PADDING_BYTES = 3

/**
 * The raw pictures of ffmpeg's output. Where their size is not known it states that itself: YUV4MPEG2 in front of the first
 * one, XWD in front of each. Each is in memory on loan, or in memory of its own.
 * @throws BadPictures
 */
export async function* rawPictures(
  reader: PipeReader,
  format: PixelFormat,
  options: RawPicturesOptions,
): AsyncGenerator<Picture, void> {
  const { size } = options
  const readHeader = size ? known(size) : format === 'yuv420p' ? yuv4mpeg() : xwd
  for (;;) {
    const header = await readHeader(reader)
    if (!header) return
    const { width, height, row } = header
    options.check(header)
    const bytes = frameBytes(format, width, height) ?? 0
    const isPadded = row !== undefined && row * height !== bytes
    const read = isPadded ? (data: Buffer) => fillRows(reader, data, row, height) : undefined
    const picture = await fill(reader, bytes, options, () => ({ width, height, bytes }), read)
    if (picture === 'end') return
    if (picture) yield picture
  }
}

/** Fills a picture from rows that are longer than those of its own, as those of an odd number of pixels are. */
async function fillRows(reader: PipeReader, data: Buffer, row: number, height: number): Promise<number> {
  const own = data.length / height
  if (row < own || row > own + MAX_PADDING_BYTES) throw noPicture()
  // eslint-disable-next-line no-restricted-syntax -- filled: of a picture that is not whole nothing is used
  const rows = Buffer.allocUnsafeSlow(row * height)
  if ((await reader.fill(rows)) < rows.length) return 0
  for (let y = 0; y < height; y++) rows.copy(data, y * own, y * row, y * row + own)
  return data.length
}

/** Waits for the picture, so that no memory is taken before it comes. */
function known(size: Size): ReadHeader {
  return async (reader) => ((await reader.hasData()) ? size : undefined)
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

async function xwd(reader: PipeReader): Promise<Header | undefined> {
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
  return {
    width: header.readUInt32BE(XWD.width),
    height: header.readUInt32BE(XWD.height),
    row: header.readUInt32BE(XWD.row),
  }
}

function noPicture(): BadPictures {
  return new BadPictures('ffmpeg gives something else than pictures')
}
