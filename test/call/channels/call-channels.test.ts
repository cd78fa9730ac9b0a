import { headers, type NatsConnection } from '@nats-io/transport-node'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { CallChannel } from '../../../src/runtime/call/channels/call-channel.js'
import { CallChannels } from '../../../src/runtime/call/channels/call-channels.js'
import type { ChannelResponse } from '../../../src/runtime/call/channels/head.js'
import { PayloadTransfers } from '../../../src/runtime/call/wire/payload-transfer.js'
import { createLogger } from '../../../src/runtime/core/logger.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { UnixChannels } from '../../../src/runtime/unix/index.js'
import { openMemories } from '../../support/open-memories.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitUntil } from '../../support/wait.js'

const told: string[] = []
const log = createLogger('warn', (line) => told.push(line))
let members: Set<string>
let looks: string[]

beforeEach(async () => {
  vi.stubEnv('XDG_RUNTIME_DIR', await temporaryFolder())
  onTestFinished(() => void vi.unstubAllEnvs())
  told.length = 0
  looks = []
  members = new Set(['one', 'other'])
})

/** Channels of a node whose name is its incarnation in upper case. */
async function node(incarnation: string): Promise<{ unix: UnixChannels; channels: CallChannels }> {
  const unix = await UnixChannels.open(incarnation, log)
  if (!unix) throw new Error('there are no Unix channels')
  onTestFinished(() => unix.close())
  const find = (id: string) =>
    members.has(id) ? { name: id.toUpperCase(), incarnation: id, socket: unix.address } : undefined
  const peers = {
    find,
    get: (name: string) => find(name.toLowerCase()),
    checkProcess: (id: string) => {
      looks.push(id)
      return members.has(id)
    },
  }
  return { unix, channels: new CallChannels({ unix, peers }) }
}

/** Two nodes, and the channel from one to the other with the responses that come over it. */
async function pair() {
  const [one, other] = [await node('one'), await node('other')]
  const opened = deferred()
  const closed = deferred<boolean>()
  const responses: [string, ChannelResponse][] = []
  const came = vi.fn()
  one.channels.follow({
    onResponse: (id, response) => {
      responses.push([id, response])
      came()
    },
    onOpened: opened.resolve,
    onClosed: (_channel, isMember) => closed.resolve(isMember),
  })
  const member = { name: 'OTHER', incarnation: 'other', socket: other.unix.address }
  expect(one.channels.to(member)).toBeUndefined()
  await opened.promise
  const channel = one.channels.to(member) as CallChannel
  const response = async (): Promise<[string, ChannelResponse]> => {
    await waitUntil(() => responses.length > 0)
    return responses.shift() as [string, ChannelResponse]
  }
  return { one, other, channel, response, closed: closed.promise }
}

test('a request comes with the name of who asks and its headers, and its response too', async () => {
  const { other, channel, response } = await pair()
  other.channels.listen('any', ({ subject, from, id, data, headers: given, respond }) => {
    const head = headers()
    head.set('Nats-Service-Error', '≠ Ċ ü')
    expect({ subject, from, id, given }).toEqual({
      subject: 'any.add',
      from: 'ONE',
      id: '7',
      given: [['Daffi-Eta', ['5']]],
    })
    respond(Buffer.concat([data, data]), { headers: head })
  })
  channel.send({ subject: 'any.add', id: '7', headers: [['Daffi-Eta', ['5']]], data: Buffer.from('ab') })
  // A header is Latin-1 without line ends: no character makes another header.
  const [id, { headers: got, data, refusal }] = await response()
  expect([id, String(data), got, refusal]).toEqual([
    '7',
    'abab',
    [['Nats-Service-Error', ['? ? ü']]],
    undefined,
  ])
})

test('a request of a node that is not known, or to which nobody listens, is refused', async () => {
  const { other, channel, response } = await pair()
  const heard = vi.fn()
  channel.send({ subject: 'call.add', id: '1', data: Buffer.alloc(0) })
  expect(await response()).toMatchObject(['1', { refusal: 'absent' }])
  other.channels.listen('call', heard)
  members.delete('one')
  channel.send({ subject: 'call.add', id: '2', data: Buffer.alloc(0) })
  expect(await response()).toMatchObject(['2', { refusal: 'absent' }])
  await expect(channel.ask('running', '', {})).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
  expect(heard).not.toHaveBeenCalled()
})

test('frames that make no sense are passed over, and those after them are not', async () => {
  const { one, other, channel, response } = await pair()
  other.channels.listen('running', ({ respond }) => respond(Buffer.from('[]')))
  const raw = one.unix.find('other')
  for (const subject of [
    'request running a b',
    'request running ',
    'request running 1\nno header',
    'request',
    'response 1 nonsense',
  ])
    raw?.send(subject, Buffer.alloc(0))
  expect(String(await channel.ask('running', '', {}))).toBe('[]')
  channel.send({ subject: 'running', id: '1', data: Buffer.alloc(0) })
  expect(await response()).toMatchObject(['1', { refusal: undefined }])
  expect(told.join('\n')).toContain('makes no sense')
})

test.each([true, false])(
  'when a channel closes those who wait are told whether the other is a member still: %s',
  async (isMember) => {
    const { other, channel, closed } = await pair()
    const asked = deferred()
    other.channels.listen('running', () => asked.resolve())
    const asking = expect(channel.ask('running', '', {})).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
    await asked.promise
    if (!isMember) members.delete('other')
    await other.unix.close()
    await asking
    expect(await closed).toBe(isMember)
  },
)

test('a node whose process ends some time after its channel is looked at again', async () => {
  const { other, closed } = await pair()
  await other.unix.close()
  expect(await closed).toBe(true)
  const before = looks.length
  await waitUntil(() => looks.length > before + 1)
})

test('a node is looked at when its channel closes, also when there was no call over it', async () => {
  const [one, other] = [await node('one'), await node('other')]
  await one.unix.to('other', other.unix.address)
  await other.unix.close()
  await waitUntil(() => looks.includes('other'))
})

test('over a channel that has closed nothing is waited for', async () => {
  const { one, other, channel, closed } = await pair()
  const raw = one.unix.find('other')
  await other.unix.close()
  await closed
  await expect(channel.ask('running', '', {})).rejects.toMatchObject({ code: 'DAFFI_CLOSED' })
  const told = vi.fn()
  raw?.onClose(told)()
  await new Promise<void>((resolve) => channel.onClose(resolve))
  expect(told).not.toHaveBeenCalled()
})

const nc = { info: { max_payload: 1_000_000 } } as NatsConnection
const transfers = new PayloadTransfers(nc, { get: () => undefined, onLeave: () => () => undefined })
const { signal: never } = new AbortController()

test('a large value is copied out of shared memory, of which nothing is left', async () => {
  const { other, channel } = await pair()
  const found = deferred<CallChannel>()
  other.channels.listen('hello', (request) => found.resolve(request.channel))
  channel.tell('hello', '')
  const back = await found.promise
  const asked = vi.spyOn(back, 'ask')
  const value = Buffer.alloc(5_000_000, 'abcdefg')
  const kept = transfers.announce(value, channel)
  const copy = await transfers.fetch(kept.parts, { node: 'ONE', channel: back }, never)
  expect(value.equals(copy)).toBe(true)
  expect(asked.mock.calls.map(([, text]) => text)).toEqual(['memory'])
  await kept.done
  expect(await openMemories()).toEqual([])
  kept.end()
})

test('a large value comes in parts when its sender lends no memory, or none that can be mapped', async () => {
  const { other, channel } = await pair()
  const value = Buffer.alloc(3_000_000, 'abcdefg')
  const nonce = Buffer.alloc(16).toString('base64url')
  for (const place of ['', `${process.pid} 0 ${nonce}`]) {
    const asked: string[] = []
    other.channels.listen('value-1', ({ data, respond }) => {
      const text = Buffer.from(data).toString()
      asked.push(text)
      const [offset = 0, length = 0] = text.split(' ').map(Number)
      respond(text === 'memory' ? Buffer.from(place) : value.subarray(offset, offset + length))
    })
    const copy = await transfers.fetch('value-1 3000000 memory', { node: 'OTHER', channel }, never)
    expect(value.equals(copy)).toBe(true)
    expect(asked).toContain('memory')
  }
})

test('a large value of a node that stands still is given up', async () => {
  const { other, channel } = await pair()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const listening = vi.spyOn(channel, 'ask')
  other.channels.listen('value-1', () => undefined)
  const from = { node: 'OTHER', channel }
  const fetching = transfers.fetch('value-1 10', from, never)
  const failed = expect(fetching).rejects.toMatchObject({ cause: { code: 'DAFFI_TIMEOUT' } })
  await waitUntil(() => listening.mock.calls.length > 0)
  await vi.advanceTimersByTimeAsync(300_000)
  await failed
})
