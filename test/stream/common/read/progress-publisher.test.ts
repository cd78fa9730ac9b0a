import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ProgressPublisher } from '../../../../src/runtime/stream/common/read/progress-publisher.js'
import { fileServer } from '../../../support/file-server.js'
import { progressOf } from '../../../support/progress.js'

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
    publisher.publish(progressOf())
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
