import { addExtension } from 'msgpackr'
import { expect, test } from 'vitest'
import { ownPipeline } from '../../support/pipeline.js'

test('extensions that the program gives msgpackr are its own, and those of the library stay', async () => {
  for (const type of [1, 2, 3, 4, 5, 0x73]) {
    addExtension({ Class: URL, type, pack: () => Buffer.of(0), unpack: () => 'of the program' })
  }
  const sent = {
    integer: 1n,
    map: new Map([[1, 2]]),
    set: new Set([3]),
    error: new RangeError('four'),
    five: new Float64Array(5),
  }
  const { join } = await ownPipeline<Record<'echo' | 'copy', (value: unknown) => unknown>>()
  await join('other', { callbacks: { echo: (value) => value } })
  const g = await join('own', { callbacks: { copy: (value) => value } })
  expect(await g.call.echo(sent)).toEqual(sent)
  expect(await g.callback('copy')(sent)).toEqual(sent)
})
