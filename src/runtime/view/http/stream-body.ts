import { ReadableStream } from 'node:stream/web'

/** Makes the body of a response from a generator. It is read only as fast as the client reads, and ended with the request. */
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
