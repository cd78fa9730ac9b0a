import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { encodeItem } from '../../../src/runtime/codec/index.js'
import { DeadLetterStore } from '../../../src/runtime/stream/index.js'
import { fileServer } from '../../support/file-server.js'

test('many dead letters are listed in one pass, and each is read by itself', async () => {
  const nc = await connect({ servers: await fileServer() })
  onTestFinished(() => nc.close())
  const dead = new DeadLetterStore(nc, 'test')
  const { bytes } = encodeItem('value', 0)
  const error = { code: 'DAFFI_INTERNAL', message: 'no' }
  for (let item = 0; item < 100; item++) {
    const about = { call: 'take', stream: 'numbers', run: 'r', node: 'one', attempts: 1, time: 0, kind: null }
    await dead.add({ ...about, item, error, bytes: bytes.length }, bytes)
  }
  const reads = nc.subscribe('$JS.API.DIRECT.GET.>')
  await nc.flush()
  const letters = await dead.list()
  expect(letters).toMatchObject(Array.from({ length: 100 }, (_, item) => ({ item })))
  expect(reads.getReceived()).toBe(0)
  for (const letter of letters.slice(90)) expect(await dead.item(letter)).toBe('value')
  expect(reads.getReceived()).toBeLessThanOrEqual(20)
})
