import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createInbox, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { FG, NO_RETURN } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { encode } from '../../../src/runtime/codec/index.js'
import { connectNats } from '../../../src/runtime/nats/index.js'
import { startNatsServer } from '../../support/nats-server.js'
import { joinOn, ownPipeline } from '../../support/pipeline.js'
import { temporaryFolder } from '../../support/temporary.js'
import { waitFor } from '../../support/wait.js'

const MIB = 1024 * 1024

interface Callbacks {
  add: (a: number, b: number) => number
  echo: (value: unknown) => unknown
  ticks: () => Generator<string>
}

async function outsider(url: string): Promise<NatsConnection> {
  const nc = await connectNats({ url }, { name: 'outsider' })
  onTestFinished(() => nc.close())
  return nc
}

/** Calls as a client that is none of daffi's. */
async function ask(
  nc: NatsConnection,
  callback: string,
  payload: string | Uint8Array,
  fields: Record<string, string> = {},
): Promise<Msg> {
  const head = headers()
  for (const [name, value] of Object.entries(fields)) head.set(name, value)
  return await nc.request(`daffi.test.call.${callback}`, payload, { headers: head, timeout: 10_000 })
}

const codeOf = (reply: Msg): string | undefined => reply.headers?.get('Nats-Service-Error-Code')

/** Arguments in parts, of which the sender serves whatever it likes. @returns the subject */
function serve(nc: NatsConnection, part: (offset: number, length: number) => Uint8Array): string {
  const subject = createInbox()
  nc.subscribe(subject, {
    callback: (_error, message) => {
      const [offset = 0, length = 0] = message.string().split(' ').map(Number)
      message.respond(part(offset, length))
    },
  })
  return subject
}

test('arguments in parts are as long as announced, come by an inbox, and have a limit; else nothing is called', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  const got: unknown[] = []
  await join('worker', { callbacks: { echo: (value: unknown) => (got.push(value), value) } })
  const nc = await outsider(server)
  const whole = encode([Buffer.alloc(100_000, 7)])
  const asked: string[] = []
  nc.subscribe('somewhere.else', { callback: (_error, { data }) => void asked.push(String(data)) })
  // bin32 of 99994 bytes, and nothing behind it.
  const begun = Buffer.from([0x91, 0xc6, 0x00, 0x01, 0x86, 0x9a])
  for (const parts of [
    `${serve(nc, (offset) => (offset === 0 ? begun : Buffer.alloc(0)))} 100000`,
    `${serve(nc, () => whole.subarray(0, -1))} ${whole.length}`,
    `${serve(nc, () => Buffer.concat([whole, whole]))} ${whole.length}`,
    `somewhere.else ${whole.length}`,
    `${createInbox()} 4294967296`,
    `${createInbox()} -1`,
    createInbox(),
    'x'.repeat(500_000),
  ])
    expect(codeOf(await ask(nc, 'echo', '', { 'Daffi-Parts': parts })), parts.slice(0, 99)).toBe(
      'DAFFI_BAD_MESSAGE',
    )
  const right = serve(nc, (offset, length) => whole.subarray(offset, offset + length))
  expect(codeOf(await ask(nc, 'echo', '', { 'Daffi-Parts': `${right} ${whole.length}` }))).toBe('')
  expect(got).toEqual([Buffer.alloc(100_000, 7)])
  expect(asked).toEqual([])
})

test.each([
  ['of the default size', []],
  ['of 8 KiB', ['max_payload: 8KB']],
])('an error is cut so that it fits into a message %s', async (_, lines) => {
  const file = join(await temporaryFolder(), 'server.conf')
  await writeFile(file, lines.join('\n'))
  const server = await startNatsServer(['-js', '-c', file])
  const enter = joinOn<Callbacks>(server)
  const text = 'ü\u0000'.repeat(3_000_000)
  let thrown: unknown = Object.assign(new Error(`cannot use ${text}`), {
    code: `E\r\nDaffi-Node: x${text}`,
    name: text,
  })
  for (let n = 0; n < 5; n++) thrown = new Error(text, { cause: thrown })
  await enter('worker', {
    callbacks: {
      echo: (_value: unknown) => {
        throw thrown
      },
      add: (a: number, b: number) => a + b,
    },
  })
  const g = await enter('caller')
  await expect(g.call.echo('x')).rejects.toMatchObject({ code: 'DAFFI_REMOTE', node: 'worker' })
  const reply = await ask(await outsider(server), 'echo', '["x"]')
  expect(codeOf(reply)).toBe('DAFFI_REMOTE')
  expect(JSON.parse(reply.string())).toMatchObject({ name: 'Error', node: 'worker' })
  expect(await g.call.add(1, 2)).toBe(3)
})

test('parts of a value are answered with what fits, and requests for them that make no sense not at all', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('worker', {
    callbacks: { echo: (value: unknown) => value, add: (a: number, b: number) => a + b },
  })
  const g = await join('caller')
  const nc = await outsider(server)
  const answers: number[] = []
  nc.subscribe('_INBOX.>', {
    callback: (_error, message) => {
      const [subject = ''] = (message.headers?.get('Daffi-Parts') ?? '').split(' ')
      if (subject === '') return
      for (const range of ['0 99999999', '-5 10', 'x', '0', '1e400 1', '0 -1'])
        nc.request(subject, range, { timeout: 500 }).then(
          ({ data }) => answers.push(data.length),
          () => answers.push(-1),
        )
    },
  })
  await nc.flush()
  const large = Buffer.alloc(3 * MIB, 1)
  const echoed = g.call.echo(large)
  // Before it has fetched all, the value is asked for by somebody else as well.
  expect(((await echoed) as Buffer).equals(large)).toBe(true)
  await waitFor(() => expect(answers.length).toBeGreaterThan(5))
  expect(Math.max(...answers)).toBeLessThan(MIB)
  expect(answers.filter((length) => length < 0).length).toBeGreaterThanOrEqual(5)
  expect(await g.call.add(1, 2)).toBe(3)
})

test('headers of a call that make no sense are refused', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  await join('worker', { callbacks: { add: (a: number, b: number) => a + b } })
  const nc = await outsider(server)
  for (const [name, value] of [
    ['Daffi-Call', 'x'],
    ['Daffi-From', 'x'],
    ['Daffi-Eta', '-1'],
    ['Daffi-Eta', 'Infinity'],
    ['Daffi-Items', '*'],
  ] as const)
    expect(codeOf(await ask(nc, 'add', '[1, 2]', { [name]: value })), value).toBe('DAFFI_BAD_MESSAGE')
})

test('a callback that yields without end is ended at what an answer may have, and with its caller', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let [begun, running] = [0, 0]
  function* ticks(): Generator<string> {
    begun++
    running++
    try {
      for (;;) yield 'x'.repeat(1000)
    } finally {
      running--
    }
  }
  await join('worker', { callbacks: { ticks, add: (a: number, b: number) => a + b } })
  const nc = await outsider(server)
  expect(codeOf(await ask(nc, 'ticks', '[]'))).toBe('DAFFI_TOO_LARGE')
  const before = process.memoryUsage().rss
  nc.publish('daffi.test.call.ticks', '[]')
  await nc.flush()
  await waitFor(() => expect([begun, running]).toEqual([2, 0]))
  // Nobody can get the items, so none is kept.
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB)
  const leaving = await join('leaving')
  await leaving.call.ticks().with(NO_RETURN)
  await waitFor(() => expect([begun, running]).toEqual([3, 1]))
  await leaving.close()
  await waitFor(() => expect(running).toBe(0))
})

test('arguments of calls that wait for a turn are bounded: callers wait, and strangers are refused', async () => {
  const { server, join } = await ownPipeline<Callbacks>()
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  let done = 0
  const echo = async (_argument: unknown): Promise<void> => {
    await gate
    done++
  }
  await join('worker', { callbacks: { echo }, options: { echo: { concurrency: 1 } } })
  const callers = [await join('one'), await join('two')]
  const argument = Buffer.alloc(100_000)
  let sent = 0
  const calls = callers.flatMap((g) =>
    Array.from({ length: 400 }, () => {
      const call = g.call.echo(argument).with(NO_RETURN)
      return Promise.resolve(call).then(() => sent++)
    }),
  )
  await waitFor(() => expect(sent).toBeGreaterThan(300))
  await delay(300)
  // 32 MiB, and the windows of two callers.
  expect(sent * argument.length).toBeLessThan(40 * MIB)
  const nc = await outsider(server)
  expect(codeOf(await ask(nc, 'echo', encode([argument])))).toBe('DAFFI_BUSY')
  open()
  await Promise.all(calls)
  await waitFor(() => expect(done).toBe(800))
  await callers[0]?.call.echo(argument).with(FG)
})
