import type { LogRecord } from './log-record.js'

/** Merges records of several sources, each of which is in order, by their time. */
export async function* byTime(
  sources: readonly AsyncIterable<LogRecord>[],
): AsyncGenerator<LogRecord, void, undefined> {
  const heads: { record: LogRecord; rest: AsyncIterator<LogRecord, unknown> }[] = []
  for (const source of sources) await add(heads, source[Symbol.asyncIterator]())
  for (;;) {
    let first = heads[0]
    if (!first) return
    for (const head of heads) if (head.record.time < first.record.time) first = head
    yield first.record
    const next = await first.rest.next()
    if (next.done) heads.splice(heads.indexOf(first), 1)
    else first.record = next.value
  }
}

async function add(
  heads: { record: LogRecord; rest: AsyncIterator<LogRecord, unknown> }[],
  rest: AsyncIterator<LogRecord, unknown>,
): Promise<void> {
  const first = await rest.next()
  if (!first.done) heads.push({ record: first.value, rest })
}
