import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Writes a body to a program's standard input, and ends it; resolves also when the program does not want more. */
export async function feed(
  body: AsyncIterable<Buffer> | undefined,
  stdin: Writable | undefined,
): Promise<void> {
  if (!body || !stdin) return
  // The program's end says better what was wrong than the broken pipe does.
  await pipeline(body, stdin).catch(() => undefined)
}
