import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { createLogger } from '../../src/runtime/core/logger.js'
import { deferred } from '../../src/runtime/core/deferred.js'
import { encodeFrame } from '../../src/runtime/unix/frames.js'
import { removeStaleSockets, UnixChannels, type SocketAddress } from '../../src/runtime/unix/index.js'
import { temporaryFolder } from '../support/temporary.js'

let folder: string
const told: string[] = []
const log = createLogger('warn', (line) => told.push(line))

beforeEach(async () => {
  folder = await temporaryFolder()
  vi.stubEnv('XDG_RUNTIME_DIR', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  told.length = 0
})

async function listening(incarnation: string): Promise<UnixChannels> {
  const channels = await UnixChannels.open(incarnation, log)
  if (!channels) throw new Error('there are no Unix channels')
  onTestFinished(() => channels.close())
  return channels
}

/** Sends bytes to a listener as a program of this user that knows nothing else. @returns what it answers before it closes */
async function answerTo({ path }: SocketAddress, ...bytes: Uint8Array[]): Promise<Buffer> {
  const socket = createConnection(path)
  const got: Buffer[] = []
  socket.on('data', (data: Buffer) => got.push(data))
  socket.on('error', () => undefined)
  for (const each of bytes) socket.write(each)
  await once(socket, 'close')
  return Buffer.concat(got)
}

const hello = (fields: unknown): Buffer => encodeFrame('hello', Buffer.from(JSON.stringify(fields)))

test('messages arrive in order and whole, in both directions, and large ones too', async () => {
  const [one, other] = [await listening('one'), await listening('other')]
  const sizes: number[] = []
  const all = deferred()
  other.on('numbers', (payload, channel) => {
    sizes.push(payload.length)
    expect(payload.every((byte) => byte === payload.length % 251)).toBe(true)
    if (payload.length === 3_000_000) channel.send('done', payload.subarray(0, 1))
  })
  one.on('done', () => all.resolve())
  const channel = await one.to('other', other.address)
  const sent = [0, 1, 65_536, 100, 3_000_000]
  for (const size of sent) channel?.send('numbers', Buffer.alloc(size, size % 251))
  await all.promise
  expect(sizes).toEqual(sent)
  expect(await one.to('other', other.address)).toBe(channel)
  expect(other.find('one')?.peer).toBe('one')
})

test('a message to which nobody listens is answered, and one that makes no sense is told', async () => {
  const [one, other] = [await listening('one'), await listening('other')]
  const nobody = deferred()
  one.onNobody('gone', () => nobody.resolve())
  other.on('bad', () => {
    throw new Error('no sense')
  })
  const channel = await one.to('other', other.address)
  channel?.send('bad', Buffer.alloc(0))
  channel?.send('gone', Buffer.alloc(0))
  await nobody.promise
  expect(told.join('\n')).toContain('a message on "bad" is passed over: Error: no sense')
})

test('who does not know the nonce, or speaks otherwise, is turned away', async () => {
  const { address } = await listening('one')
  const { nonce } = address
  const bad = [
    [hello({ from: 'thief', nonce: 'guessed' })],
    [hello({ from: 'thief', nonce: nonce.slice(1) })],
    [hello({ from: 'a.b', nonce })],
    [hello([nonce])],
    [encodeFrame('hello', Buffer.from('{'))],
    [encodeFrame('numbers', Buffer.from('1'))],
    [encodeFrame('hello', Buffer.alloc(5000, ' '))],
    [Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    [Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0])],
    [Buffer.from([2, 0, 0, 0, 9, 0, 1, 2])],
  ]
  for (const bytes of bad) expect((await answerTo(address, ...bytes)).length).toBe(0)
})

test('a member that sends no frames loses its channel, and no other', async () => {
  const [one, other] = [await listening('one'), await listening('other')]
  const { address } = one
  const channel = await other.to('one', address)
  const said = await answerTo(address, hello({ from: 'mad', nonce: address.nonce }), Buffer.alloc(64, 0xff))
  expect(said.toString()).toContain('"from":"one"')
  expect(channel?.isOpen).toBe(true)
})

test('another process that listens in the place of a node is not believed', async () => {
  const path = join(folder, 'daffi', 'false.sock')
  await mkdir(dirname(path), { mode: 0o700 })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write(hello({ from: 'another', nonce: 'any' }))
  })
  onTestFinished(() => void server.close())
  server.listen(path)
  await once(server, 'listening')
  const one = await listening('one')
  expect(await one.to('other', { path, nonce: 'any' })).toBeUndefined()
})

test('a channel that is being opened while its node leaves is not', async () => {
  const [one, other] = [await listening('one'), await listening('other')]
  const opening = one.to('other', other.address)
  await one.close()
  expect(await opening).toBeUndefined()
  expect(other.find('one')).toBeUndefined()
})

test('a socket is used only where none but this user can put one', async () => {
  const [one, other] = [await listening('one'), await listening('other')]
  const open = join(folder, 'open')
  await mkdir(open)
  await chmod(open, 0o755)
  const server = createServer()
  server.listen(join(open, 'x.sock'))
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const closed = join(folder, 'closed')
  await mkdir(closed, { mode: 0o700 })
  await symlink(other.address.path, join(closed, 'link.sock'))
  await writeFile(join(closed, 'file.sock'), '')
  const { nonce } = other.address
  const paths = [join(open, 'x.sock'), join(closed, 'link.sock'), join(closed, 'file.sock')]
  for (const path of [...paths, join(closed, 'none.sock'), 'daffi/x.sock', join(folder, 'x'.repeat(120))])
    expect(await one.to(`peer${path.length}`, { path, nonce }), path).toBeUndefined()
})

test('a channel closes with its process, and what ended without closing is removed by the next', async () => {
  const [one, other] = [await listening('one'), await listening('other')]
  const channel = await one.to('other', other.address)
  const closed = deferred()
  channel?.onClose(() => closed.resolve())
  await other.close()
  await closed.promise
  expect(channel?.send('late', Buffer.alloc(1))).toBe(false)
  expect(one.find('other')).toBeUndefined()
  const sockets = dirname(one.address.path)
  const stale = join(sockets, `${spawnSync('true').pid}-dead.sock`)
  await writeFile(stale, '')
  await removeStaleSockets()
  expect([existsSync(stale), existsSync(one.address.path)]).toEqual([false, true])
  await one.close()
  expect(existsSync(sockets)).toBe(false)
})
