import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { decode } from '../../../../src/runtime/codec/index.js'
import { ProgressPublisher } from '../../../../src/runtime/stream/common/read/progress-publisher.js'
import { WriterMessages } from '../../../../src/runtime/stream/common/read/writer-messages.js'
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
  const publisher = new ProgressPublisher(
    new WriterMessages(receiver, { pipeline: 'test' }, 'stream'),
    onNoWriter,
  )
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

/** A receiver that has published its final counts, and its writer's connection. */
async function leavingReceiver(): Promise<{ publisher: ProgressPublisher; writer: NatsConnection }> {
  const servers = await fileServer()
  const receiver = await connect({ servers })
  const writer = await connect({ servers })
  onTestFinished(async () => {
    await receiver.close()
    await writer.close()
  })
  const publisher = new ProgressPublisher(
    new WriterMessages(receiver, { pipeline: 'test' }, 'stream'),
    () => undefined,
  )
  publisher.publish(progressOf({ state: 'left', processed: 7 }))
  return { publisher, writer }
}

test('the final counts are repeated until the writer replies', async () => {
  const { publisher, writer } = await leavingReceiver()
  const reports: unknown[] = []
  const listen = (): Subscription =>
    writer.subscribe('daffi.test.stream.stream.progress', {
      callback: (_, message) => {
        reports.push(decode(message.data))
        if (reports.length === 3) message.respond()
      },
    })
  let asked = 0
  // Nobody listens at first, as while the writer is between two connections.
  await publisher.confirm(() => {
    if (++asked === 2) listen()
    return true
  })
  expect(reports).toHaveLength(3)
  expect(reports).toEqual(Array(3).fill(progressOf({ state: 'left', processed: 7 })))
})

test('… not for long, and not when the writer is gone or waits no more', async () => {
  const { publisher } = await leavingReceiver()
  let asked = 0
  await publisher.confirm(() => ++asked < 1)
  expect(asked).toBe(1)
  const start = performance.now()
  await publisher.confirm(() => true)
  expect(performance.now() - start).toBeGreaterThan(1900)
  asked = 0
  await publisher.confirm(() => {
    if (++asked === 2) publisher.onClosed()
    return true
  })
  expect(asked).toBe(2)
})
