import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { PushedParts } from '../../../src/runtime/stream/lanes/pushed-parts.js'
import { Link } from '../../../src/runtime/stream/link.js'
import { startNatsServer } from '../../support/nats-server.js'

interface Sides {
  /** Publishes parts of one byte, their number, and waits until the server has them. */
  send: (...numbers: number[]) => Promise<void>
  /** Until all that was sent has come. */
  arrived: () => Promise<void>
  reader: NatsConnection
  link: Link
  open: () => PushedParts | undefined
}

async function sides(): Promise<Sides> {
  const servers = await startNatsServer()
  const [writer, reader] = await Promise.all([connect({ servers }), connect({ servers })])
  onTestFinished(async () => {
    await Promise.all([writer.close(), reader.close()])
  })
  const link = new Link(reader)
  return {
    send: async (...numbers) => {
      for (const number of numbers) writer.publish(`part.${number}`, Uint8Array.of(number))
      await writer.flush()
    },
    arrived: () => reader.flush(),
    reader,
    link,
    open: () => {
      const parts = PushedParts.open(link, 'part.*')
      onTestFinished(() => parts?.close())
      return parts
    },
  }
}

async function opened(both: Sides): Promise<PushedParts> {
  const parts = both.open()
  if (!parts) throw new Error('no place')
  await both.arrived()
  return parts
}

const byte = async (taken: ReturnType<PushedParts['take']>): Promise<number | undefined> => (await taken)?.[0]

test('parts that came before word of them are there at once', async () => {
  const both = await sides()
  const parts = await opened(both)
  await both.send(0, 1, 2)
  await both.arrived()
  expect(parts.take(0)).toEqual(Buffer.of(0))
  expect(parts.take(1)).toEqual(Buffer.of(1))
})

test('what was not sent here is given up when the server has answered, what is passed over sooner', async () => {
  const both = await sides()
  await both.send(0)
  const parts = await opened(both)
  expect(await byte(parts.take(0))).toBeUndefined()
  await both.send(2)
  expect(await byte(parts.take(1))).toBeUndefined()
  expect(await byte(parts.take(2))).toBe(2)
})

test('a part that word has overtaken is waited for', async () => {
  const both = await sides()
  const parts = await opened(both)
  // On its way to the reader, and no turn of the loop has passed in which it could have come.
  both.reader.publish('part.0', Uint8Array.of(0))
  both.reader.publish('part.1', Uint8Array.of(1))
  expect(await Promise.all([byte(parts.take(0)), byte(parts.take(1))])).toEqual([0, 1])
})

test('parts are given in any order, each once', async () => {
  const both = await sides()
  const parts = await opened(both)
  await both.send(0, 1, 2)
  await both.arrived()
  expect(await byte(parts.take(2))).toBe(2)
  expect(await byte(parts.take(0))).toBe(0)
  expect(parts.take(0)).toBeUndefined()
  await both.send(3)
  await both.arrived()
  expect([await byte(parts.take(3)), await byte(parts.take(1))]).toEqual([3, 1])
})

test('who is waiting is let go when the connection breaks, or it is closed', async () => {
  const both = await sides()
  const parts = await opened(both)
  const broken = byte(parts.take(0))
  await both.reader.reconnect()
  expect(await broken).toBeUndefined()
  await both.link.up()
  await both.arrived()
  await both.send(1)
  await both.arrived()
  expect(await byte(parts.take(1))).toBe(1)

  const waiting = byte(parts.take(2))
  parts.close()
  expect(await waiting).toBeUndefined()
  expect(parts.take(3)).toBeUndefined()
})

test('without room only the latest are kept', async () => {
  const both = await sides()
  const parts = await opened(both)
  const large = new Uint8Array(1_000_000)
  for (let number = 0; number < 50; number++) both.reader.publish(`part.${number}`, large)
  await both.arrived()
  expect(await byte(parts.take(0))).toBeUndefined()
  expect(await parts.take(49)).toHaveLength(large.length)
})

test('a connection carries three of them', async () => {
  const both = await sides()
  const three = [both.open(), both.open(), both.open()]
  expect(three).not.toContain(undefined)
  expect(both.open()).toBeUndefined()
  three[0]?.close()
  three[0]?.close()
  expect(both.open()).toBeDefined()
  expect(both.open()).toBeUndefined()
})
