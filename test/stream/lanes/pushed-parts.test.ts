import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { PushedParts } from '../../../src/runtime/stream/lanes/pushed-parts.js'
import { NatsLink } from '../../../src/runtime/stream/protocol/nats-link.js'
import { fileServer } from '../../support/file-server.js'

const MIB = 1024 * 1024

interface Sides {
  /** Publishes parts of one byte, their number, and waits until the server has them. */
  send: (...numbers: number[]) => Promise<void>
  /** Until all that was sent has come. */
  arrived: () => Promise<void>
  reader: NatsConnection
  link: NatsLink
  /** Listens as soon as the server knows of it. */
  listen: (bytes?: number, count?: number) => Promise<PushedParts>
}

async function sides(): Promise<Sides> {
  const servers = await fileServer()
  const [writer, reader] = await Promise.all([connect({ servers }), connect({ servers })])
  onTestFinished(async () => {
    await Promise.all([writer.close(), reader.close()])
  })
  const link = new NatsLink(reader)
  return {
    send: async (...numbers) => {
      for (const number of numbers) writer.publish(`part.${number}`, Uint8Array.of(number))
      await writer.flush()
    },
    arrived: () => reader.flush(),
    reader,
    link,
    listen: async (bytes = MIB, count) => {
      const parts = new PushedParts(link, 'part.*')
      onTestFinished(() => parts.close())
      parts.listen(bytes, count)
      await reader.flush()
      return parts
    },
  }
}

const byte = async (taken: ReturnType<PushedParts['take']>): Promise<number | undefined> => (await taken)?.[0]

test('parts that came before word of them are there at once', async () => {
  const both = await sides()
  const parts = await both.listen()
  await both.send(0, 1, 2)
  await both.arrived()
  expect(parts.take(0)).toEqual(Buffer.of(0))
  expect(parts.take(1)).toEqual(Buffer.of(1))
})

test('what was not sent here is given up when the server has answered, what is passed over sooner', async () => {
  const both = await sides()
  await both.send(0)
  const parts = await both.listen()
  expect(await byte(parts.take(0))).toBeUndefined()
  await both.send(2)
  expect(await byte(parts.take(1))).toBeUndefined()
  expect(await byte(parts.take(2))).toBe(2)
})

test('a part that word has overtaken is waited for', async () => {
  const both = await sides()
  const parts = await both.listen()
  // On its way to the reader, and no turn of the loop has passed in which it could have come.
  both.reader.publish('part.0', Uint8Array.of(0))
  both.reader.publish('part.1', Uint8Array.of(1))
  expect(await Promise.all([byte(parts.take(0)), byte(parts.take(1))])).toEqual([0, 1])
})

test('parts are given in any order, each once', async () => {
  const both = await sides()
  const parts = await both.listen()
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
  const parts = await both.listen()
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
  const parts = await both.listen()
  const large = new Uint8Array(1_000_000)
  for (let number = 0; number < 50; number++) both.reader.publish(`part.${number}`, large)
  await both.arrived()
  expect(await byte(parts.take(0))).toBeUndefined()
  expect(await parts.take(49)).toHaveLength(large.length)
})

test('a connection carries 48 MiB of them', async () => {
  const both = await sides()
  const [first, second, third] = [
    await both.listen(32 * MIB),
    await both.listen(16 * MIB),
    await both.listen(1),
  ]
  await both.send(0)
  await both.arrived()
  expect([first, second, third].map((parts) => parts.take(0))).toEqual([
    Buffer.of(0),
    Buffer.of(0),
    undefined,
  ])

  second.close()
  second.close()
  third.listen(16 * MIB)
  second.listen(1)
  await both.arrived()
  await both.send(1)
  await both.arrived()
  expect([second, third].map((parts) => parts.take(1))).toEqual([undefined, Buffer.of(1)])
})

test('who listens for so many parts gets no more, until it listens again', async () => {
  const both = await sides()
  const parts = await both.listen(MIB, 2)
  // Listening already, so this is no third part.
  parts.listen(MIB, 1)
  await both.send(0, 1, 2)
  await both.arrived()
  expect(parts.take(0)).toEqual(Buffer.of(0))
  expect(parts.take(1)).toEqual(Buffer.of(1))
  expect(parts.take(2)).toBeUndefined()

  parts.listen(MIB, 1)
  await both.arrived()
  await both.send(3)
  expect(await byte(parts.take(3))).toBe(3)
})

test('who waits for a part beyond the last that it listens for is let go with that', async () => {
  const both = await sides()
  const parts = await both.listen(MIB, 1)
  both.reader.publish('part.0', Uint8Array.of(0))
  both.reader.publish('part.1', Uint8Array.of(1))
  expect(await Promise.all([byte(parts.take(0)), byte(parts.take(1))])).toEqual([0, undefined])
})

test('what was passed over is dropped when it listens again', async () => {
  const both = await sides()
  const parts = await both.listen(MIB, 3)
  await both.send(0, 1, 2)
  await both.arrived()
  expect(parts.take(1)).toEqual(Buffer.of(1))
  parts.listen(MIB, 1)
  expect(parts.take(0)).toBeUndefined()
  expect(parts.take(2)).toEqual(Buffer.of(2))
})
