import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { JetStreamConsumer } from '../../../src/runtime/stream/lanes/jetstream-consumer.js'
import { Link } from '../../../src/runtime/stream/link.js'
import { startNatsServer } from '../../support/nats-server.js'

interface Stored {
  nc: NatsConnection
  jsm: JetStreamManager
  follow: (start: number) => JetStreamConsumer
}

/** A stream of the messages "1" to "9". */
async function stored(): Promise<Stored> {
  const nc = await connect({ servers: await startNatsServer(['-js']) })
  onTestFinished(() => nc.close())
  const jsm = await jetstreamManager(nc)
  await jsm.streams.add({ name: 'parts', subjects: ['part'], storage: 'memory' })
  for (let number = 1; number <= 9; number++) await nc.request('part', String(number))
  const link = new Link(nc)
  const follow = (start: number): JetStreamConsumer => {
    const consumer = new JetStreamConsumer(link, 'parts', start)
    onTestFinished(() => consumer.close())
    return consumer
  }
  return { nc, jsm, follow }
}

const text = async (bytes: Promise<Uint8Array | undefined>): Promise<string | undefined> => {
  const loaded = await bytes
  return loaded && Buffer.from(loaded).toString()
}

const consumers = async (jsm: JetStreamManager): Promise<string[]> => {
  const names: string[] = []
  for await (const { name } of jsm.consumers.list('parts')) names.push(name)
  return names
}

test('messages come as they are asked for, and those that are not are passed over', async () => {
  const { follow } = await stored()
  const consumer = follow(2)
  const asked = [2, 3, 5, 8].map((sequence) => text(consumer.next(sequence)))
  expect(await Promise.all(asked)).toEqual(['2', '3', '5', '8'])
  expect(await text(consumer.next(9))).toBe('9')
})

test('what was passed over does not come, nor anything from a stream that is not there', async () => {
  const { follow, jsm } = await stored()
  const consumer = follow(4)
  expect(await text(consumer.next(6))).toBe('6')
  expect(await text(consumer.next(5))).toBeUndefined()
  expect(await text(consumer.next(7))).toBe('7')
  await jsm.streams.delete('parts')
  expect(await text(consumer.next(8))).toBeUndefined()
  expect(consumer.closed).toBe(true)
  const late = follow(1)
  expect(await text(late.next(1))).toBeUndefined()
  expect(late.closed).toBe(true)
})

test('a message that was removed is not waited for', async () => {
  const { follow, jsm } = await stored()
  await jsm.streams.deleteMessage('parts', 2)
  const consumer = follow(1)
  const asked = [1, 2, 3].map((sequence) => text(consumer.next(sequence)))
  expect(await Promise.all(asked)).toEqual(['1', undefined, '3'])
})

test('it gives up when the server has removed it, the connection breaks, or it is closed', async () => {
  const { nc, jsm, follow } = await stored()
  const removed = follow(1)
  expect(await text(removed.next(1))).toBe('1')
  for (const name of await consumers(jsm)) await jsm.consumers.delete('parts', name)
  expect(await text(removed.next(2))).toBeUndefined()

  const [closed, broken] = [follow(9), follow(9)]
  expect([await text(closed.next(9)), await text(broken.next(9))]).toEqual(['9', '9'])
  // Not there yet, so it is waited for.
  const [waiting, held] = [closed.next(10), broken.next(10)]
  closed.close()
  expect(await waiting).toBeUndefined()
  await nc.reconnect()
  expect(await held).toBeUndefined()
  expect(broken.closed).toBe(true)
})
