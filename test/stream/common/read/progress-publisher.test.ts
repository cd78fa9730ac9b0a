import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ProgressPublisher } from '../../../../src/runtime/stream/common/read/progress-publisher.js'
import type { Progress } from '../../../../src/runtime/stream/protocol/messages.js'
import { fileServer } from '../../../support/file-server.js'

const PROGRESS: Progress = {
  node: 'keeper',
  incarnation: 'one',
  pid: 1,
  lane: 'jetstream',
  state: 'attached',
  attach: 1,
  earlier: [],
  loaded: 0,
  processed: 0,
  dropped: 0,
  failed: 0,
  error: null,
  latencyMs: null,
}

test('a writer that is between two connections is not taken for gone, and one that stays away is', async () => {
  const servers = await fileServer()
  const receiver = await connect({ servers })
  const writer = await connect({ servers })
  onTestFinished(async () => {
    await receiver.close()
    await writer.close()
  })
  let time = 0
  vi.spyOn(performance, 'now').mockImplementation(() => time)
  onTestFinished(() => void vi.restoreAllMocks())
  const onNoWriter = vi.fn()
  const publisher = new ProgressPublisher(receiver, 'test', 'stream', onNoWriter)
  const probe = async (): Promise<void> => {
    time += 5000
    publisher.publish(PROGRESS)
    await receiver.flush()
  }
  for (let n = 0; n < 4; n++) {
    await probe()
    await probe()
    const subscription = writer.subscribe('daffi.test.stream.stream.progress', { callback: () => undefined })
    await writer.flush()
    await probe()
    subscription.unsubscribe()
    await writer.flush()
  }
  expect(onNoWriter).not.toHaveBeenCalled()
  for (let n = 0; n < 3; n++) await probe()
  expect(onNoWriter).toHaveBeenCalledTimes(1)
})
