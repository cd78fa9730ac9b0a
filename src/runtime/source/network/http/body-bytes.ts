import type { Readable } from 'node:stream'

/** Reads the first bytes of a response: some, and until they are enough, unless it ends before. */
export async function peek(response: Readable, isEnough: (held: Buffer) => boolean): Promise<Buffer> {
  let held = Buffer.alloc(0)
  while (held.length === 0 || !isEnough(held)) {
    const chunk = response.read() as Buffer | null
    if (chunk) held = Buffer.concat([held, chunk])
    else if (response.readableEnded || response.destroyed) break
    else await change(response)
  }
  return held
}

/**
 * The bytes of a response as they come, behind those that were read before. Where it breaks off, they end; the reason is heard by
 * who has opened it.
 */
export async function* chunksOf(response: Readable, beginning: Buffer): AsyncGenerator<Buffer, void> {
  try {
    yield beginning
    for await (const chunk of response) yield chunk as Buffer
  } catch {
    return
  }
}

async function change(stream: Readable): Promise<void> {
  const events = ['readable', 'end', 'close', 'error']
  await new Promise<void>((resolve) => {
    const onChange = (): void => {
      for (const event of events) stream.off(event, onChange)
      resolve()
    }
    for (const event of events) stream.on(event, onChange)
  })
}
