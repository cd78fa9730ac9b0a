import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { FetchBar, Screen } from '../../../src/cli/index.js'
import { MIB } from '../../../src/runtime/core/bytes.js'

function output(isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  const chunks: Buffer[] = []
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => Buffer.concat(chunks).toString() }
}

test('where nobody watches, one line for each program', () => {
  const { stream, written } = output(false)
  using bar = new FetchBar(new Screen(stream))
  for (const receivedBytes of [0, MIB, 2 * MIB])
    bar.show({ name: 'ffmpeg', receivedBytes, totalBytes: 2 * MIB })
  bar.show({ name: 'nats-server', receivedBytes: 0, totalBytes: MIB })
  expect(written()).toBe('fetching ffmpeg (2.0 MiB)\nfetching nats-server (1.0 MiB)\n')
})

test('on a terminal, a bar that stays when everything is there', () => {
  const { stream, written } = output(true)
  using bar = new FetchBar(new Screen(stream))
  // npm goes on for a while when all is there, and so do the reports.
  for (const receivedBytes of [0, MIB, 2 * MIB, 2 * MIB, 2 * MIB])
    bar.show({ name: 'ffmpeg', receivedBytes, totalBytes: 2 * MIB })
  expect(written().match(/100 %/g)).toHaveLength(1)
  expect(written()).toContain('2.0 MiB of 2.0 MiB')
  expect(written().endsWith('\n')).toBe(true)
})
