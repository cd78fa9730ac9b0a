import type { Layer } from '../../boxes/layer.js'
import { request } from '../token.js'

/** Bytes before each record's body: the index of its stream, its kind, and its length. */
const HEADER_BYTES = 12
/** Kind of a record that is a layer of boxes; others are JPEGs. */
const BOXES = 1
const RETRY_DELAY_MS = 1000

export interface WantedPictures {
  /** Names of the streams. */
  names: readonly string[]
  width: number
  /** Whether boxes are wanted, too. */
  boxes: boolean
}

interface Listeners {
  onPicture: (name: string, picture: ImageBitmap) => void
  onBoxes: (name: string, layer: Layer) => void
}

/**
 * Receives the pictures of some streams, and their boxes, as they come, until the signal aborts. They share one response,
 * because a browser opens only a few connections to one host.
 */
export async function followPictures(
  { names, width, boxes }: WantedPictures,
  { onPicture, onBoxes }: Listeners,
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams([
    ...names.map((name) => ['stream', name]),
    ['width', String(width)],
    ['boxes', boxes ? 'yes' : 'no'],
  ])
  while (!signal.aborted) {
    try {
      const { body, ok } = await request(`pictures?${query.toString()}`, signal)
      for await (const { index, kind, bytes } of ok && body ? recordsOf(body) : []) {
        const name = names[index] ?? ''
        if (kind === BOXES) onBoxes(name, JSON.parse(new TextDecoder().decode(bytes)) as Layer)
        else {
          const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
          if (!(signal.aborted as boolean)) onPicture(name, picture)
          picture.close()
        }
      }
    } catch {
      // The viewer is gone, and may come back; or the request was aborted.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS))
  }
}

async function* recordsOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ index: number; kind: number; bytes: Uint8Array<ArrayBuffer> }> {
  const reader = body.getReader()
  let rest: Uint8Array[] = []
  let size = 0
  const take = (count: number): Uint8Array<ArrayBuffer> => {
    const whole = new Uint8Array(size)
    let at = 0
    for (const each of rest) {
      whole.set(each, at)
      at += each.length
    }
    rest = [whole.subarray(count)]
    size -= count
    return whole.slice(0, count)
  }
  const fill = async (count: number): Promise<boolean> => {
    while (size < count) {
      const { done, value } = await reader.read()
      if (done) return false
      rest.push(value)
      size += value.length
    }
    return true
  }
  while (await fill(HEADER_BYTES)) {
    const head = new DataView(take(HEADER_BYTES).buffer)
    const [index, kind, length] = [0, 4, 8].map((at) => head.getUint32(at, true)) as [number, number, number]
    if (!(await fill(length))) return
    yield { index, kind, bytes: take(length) }
  }
}
