import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { UnbufferedChannel } from '../../../src/runtime/call/yields/unbuffered-channel.js'

test('sending is done when the receiver asks for the next item', async () => {
  const channel = new UnbufferedChannel()
  const items = channel[Symbol.asyncIterator]()
  const first = items.next()
  let sent = 0
  const sending = (async () => {
    for (const item of ['a', 'b']) {
      await channel.send(item)
      sent++
    }
    channel.end()
  })()
  expect(await first).toEqual({ done: false, value: 'a' })
  await setImmediate()
  expect(sent).toBe(0)
  expect(await items.next()).toEqual({ done: false, value: 'b' })
  expect(sent).toBe(1)
  expect(await items.next()).toEqual({ done: true, value: undefined })
  await sending
})

test('an error comes after the item before it', async () => {
  const channel = new UnbufferedChannel()
  void channel.send('last')
  channel.end({ error: new Error('broken') })
  channel.end()
  const got: unknown[] = []
  const receiving = (async () => {
    for await (const item of channel) got.push(item)
  })()
  await expect(receiving).rejects.toThrow('broken')
  expect(got).toEqual(['last'])
})

test('a closed channel holds no sender', async () => {
  const channel = new UnbufferedChannel()
  const held = channel.send('a')
  channel.close()
  await held
  await channel.send('b')
})
