import type { StatusPoller } from '../board/status-poller.js'
import type { Boxes } from '../boxes/boxes.js'
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
  for await (const { totals: _, ...state } of poller.follow(signal)) {
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
 * Yields the pictures of several streams, and their boxes, for one response, because a browser opens few connections to one
 * host. A record has the index of the stream's name in the request (4 bytes, little-endian), its kind (0: a JPEG; 1: a layer of
 * boxes in JSON), the length of its body (4 bytes each), and the body.
 * @param boxes undefined where they are not wanted
 */
export async function* pictureRecords(
  { pictures, boxes }: { pictures: Pictures; boxes: Boxes | undefined },
  streams: { name: string; index: number }[],
  width: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const jpegs = async function* ({ name, index }: (typeof streams)[number]) {
    for await (const { jpeg } of pictures.follow(name, width, signal)) yield record(index, 0, jpeg)
  }
  const layers = async function* ({ name, index }: (typeof streams)[number]) {
    for await (const layer of boxes?.follow(name, signal) ?? [])
      yield record(index, 1, Buffer.from(JSON.stringify(layer)))
  }
  yield* merge([...streams.map(jpegs), ...streams.map(layers)])
}

function record(index: number, kind: 0 | 1, body: Buffer): Buffer {
  const head = Buffer.alloc(12)
  for (const [at, number] of [index, kind, body.length].entries()) head.writeUInt32LE(number, 4 * at)
  return Buffer.concat([head, body])
}
