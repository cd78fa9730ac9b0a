import type { Pictures } from '../pictures/pictures.js'
import { merge } from './merge.js'
import type { Watch } from '../board/watch.js'

/** Between the parts of an mjpeg response. */
export const BOUNDARY = 'daffi-picture'

/** Snapshots as server-sent events. */
export async function* snapshotEvents(
  watch: Watch,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let told = 0
  for await (const look of watch.follow(signal)) {
    const lines = watch.board.lines.after(told)
    told = lines.at(-1)?.number ?? told
    yield `data: ${JSON.stringify({ ...look, lines })}\n\n`
  }
}

/** One stream's pictures as any browser's image element, and most players, show them. */
export async function* mjpegParts(
  pictures: Pictures,
  name: string,
  width: number,
  signal: AbortSignal,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  yield `--${BOUNDARY}\r\n`
  for await (const { jpeg } of pictures.follow(name, width, signal)) {
    yield `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`
    yield jpeg
    // Behind the picture and not before the next: a browser shows it when it sees the boundary.
    yield `\r\n--${BOUNDARY}\r\n`
  }
}

/**
 * The pictures of several streams in one response, since a browser opens few connections to one host: of each the name's
 * index (4 bytes, little-endian), the JPEG's length (4 bytes) and the JPEG.
 */
export async function* pictureRecords(
  pictures: Pictures,
  names: string[],
  width: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const records = async function* (name: string, index: number) {
    for await (const { jpeg } of pictures.follow(name, width, signal)) {
      const head = Buffer.alloc(8)
      head.writeUInt32LE(index, 0)
      head.writeUInt32LE(jpeg.length, 4)
      yield Buffer.concat([head, jpeg])
    }
  }
  yield* merge(names.map(records))
}
