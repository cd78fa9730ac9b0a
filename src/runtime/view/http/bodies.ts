import type { StatusPoller } from '../board/status-poller.js'
import type { Pictures } from '../pictures/pictures.js'
import { merge } from './merge.js'

/** Boundary between the parts of an MJPEG response. */
export const BOUNDARY = 'daffi-picture'

/** Yields snapshots as server-sent events. */
export async function* snapshotEvents(
  poller: StatusPoller,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let sent = 0
  for await (const state of poller.follow(signal)) {
    const lines = poller.board.lines.after(sent)
    sent = lines.at(-1)?.number ?? sent
    yield `data: ${JSON.stringify({ ...state, lines })}\n\n`
  }
}

/** Yields one stream's pictures in the MJPEG format that image elements of browsers, and most players, show. */
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
    // The boundary follows its picture at once: a browser shows the picture when it has the boundary.
    yield `\r\n--${BOUNDARY}\r\n`
  }
}

/**
 * Yields the pictures of several streams for one response, because a browser opens few connections to one host. A record
 * has the index of the stream's name in the request (4 bytes, little-endian), the JPEG's length (4 bytes) and the JPEG.
 */
export async function* pictureRecords(
  pictures: Pictures,
  streams: { name: string; index: number }[],
  width: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const records = async function* ({ name, index }: (typeof streams)[number]) {
    for await (const { jpeg } of pictures.follow(name, width, signal)) {
      const head = Buffer.alloc(8)
      head.writeUInt32LE(index, 0)
      head.writeUInt32LE(jpeg.length, 4)
      yield Buffer.concat([head, jpeg])
    }
  }
  yield* merge(streams.map(records))
}
