import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { FetchBar, Output, Screen } from '../../../src/cli/index.js'
import { MIB } from '../../../src/runtime/core/bytes.js'

function output(isTTY: boolean): { screen: Screen; written: () => string } {
  const chunks: Buffer[] = []
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const screen = new Screen(new Output(stream as unknown as NodeJS.WriteStream))
  return { screen, written: () => Buffer.concat(chunks).toString() }
}

test('where nobody watches, one line for each program', () => {
  const { screen, written } = output(false)
  using bar = new FetchBar(screen)
  for (const receivedBytes of [0, MIB, 2 * MIB])
    bar.show({ name: 'ffmpeg', receivedBytes, totalBytes: 2 * MIB })
  bar.show({ name: 'nats-server', receivedBytes: 0, totalBytes: MIB })
  expect(written()).toBe('fetching ffmpeg (2.0 MiB)\nfetching nats-server (1.0 MiB)\n')
})

test('on a terminal, a bar that stays when everything is there', () => {
  const { screen, written } = output(true)
  using bar = new FetchBar(screen)
  // npm goes on for a while when all is there, and so do the reports.
  for (const receivedBytes of [0, MIB, 2 * MIB, 2 * MIB, 2 * MIB])
    bar.show({ name: 'ffmpeg', receivedBytes, totalBytes: 2 * MIB })
  expect(written().match(/100 %/g)).toHaveLength(1)
  expect(written()).toContain('2.0 MiB of 2.0 MiB')
  expect(written().endsWith('\n')).toBe(true)
})
