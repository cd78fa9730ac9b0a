import { ReadableStream } from 'node:stream/web'

/** A response's body that is made as fast as it is read, and ends what makes it when nobody reads any more. */
export function streamBody<T extends string | Uint8Array>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): ReadableStream<Uint8Array> {
  const abort = new AbortController()
  const parts = make(abort.signal)
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next()
        if (done) controller.close()
        else controller.enqueue(Buffer.from(value))
      },
      async cancel() {
        abort.abort()
        await parts.return()
      },
    },
    { highWaterMark: 0 },
  )
}
