import { request } from '../token.js'

/** Bytes before each JPEG: the index of its stream, and its length. */
const HEADER_BYTES = 8
const RETRY_DELAY_MS = 1000

/**
 * Receives the pictures of some streams as they come, until the signal aborts. They share one response, because a browser
 * opens only a few connections to one host.
 */
export async function followPictures(
  names: readonly string[],
  width: number,
  onPicture: (name: string, picture: ImageBitmap) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams([...names.map((name) => ['stream', name]), ['width', String(width)]])
  while (!signal.aborted) {
    try {
      const { body, ok } = await request(`pictures?${query.toString()}`, signal)
      for await (const { index, jpeg } of ok && body ? recordsOf(body) : []) {
        const picture = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }))
        if (!(signal.aborted as boolean)) onPicture(names[index] ?? '', picture)
        picture.close()
      }
    } catch {
      // The viewer is gone, and may come back; or the request was aborted.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS))
  }
}

async function* recordsOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ index: number; jpeg: Uint8Array<ArrayBuffer> }> {
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
    const length = head.getUint32(4, true)
    if (!(await fill(length))) return
    yield { index: head.getUint32(0, true), jpeg: take(length) }
  }
}
