import { Global, STREAM } from 'daffi'
import { expect, onTestFinished, test } from 'vitest'
import { startServerOf, type Permissions } from '../../support/nats-users.js'

const DENIED = {
  hello: { publish: { deny: ['daffi.hello.>'] } },
  others: { subscribe: { deny: ['daffi.others.>'] } },
  pings: { subscribe: { deny: ['daffi.pings.node.*.ping.*'] } },
  claims: { publish: { deny: ['$KV.>'] } },
  bucket: { publish: { deny: ['$JS.API.STREAM.CREATE.>'] } },
  inbox: { subscribe: { allow: ['daffi.>', '_INBOX.shop.>'] } },
} satisfies Record<string, Permissions>

const SUBJECTS: Record<keyof typeof DENIED, RegExp> = {
  hello: / to publish on daffi\.hello\.presence\.hello, which daffi needs to know which nodes there are$/,
  others: / to subscribe to daffi\.others\.\S+, which daffi needs /,
  pings:
    / to subscribe to daffi\.pings\.node\.till\.ping\.\S+, which daffi needs to know which nodes there are$/,
  claims:
    / to publish on \$KV\.daffi_claims_names\.till, which daffi needs for the claims of the nodes' names$/,
  bucket: / to publish on \$JS\.API\.STREAM\.CREATE\.KV_daffi_bucket_names, which daffi needs /,
  inbox: / to subscribe to _INBOX\.daffi_inbox\.\S+, which daffi needs for the answers to requests$/,
}

test('who lacks a permission is told the subject, at once, wherever daffi meets it', async () => {
  const urls = await startServerOf(DENIED)
  const began = performance.now()
  const refusals = Object.entries(SUBJECTS).map(async ([user, message]) => {
    const joining = Global.connect({
      server: urls[user as keyof typeof DENIED],
      // Their own, as what is there already needs no permission to be made.
      pipeline: user,
      processName: 'till',
      callbacks: { add: () => 1 },
    })
    const failure = joining.then((g) => g.join())
    await expect(failure, user).rejects.toMatchObject({
      code: 'DAFFI_NO_PERMISSION',
      message: expect.stringMatching(message) as string,
    })
  })
  await Promise.all(refusals)
  expect(performance.now() - began).toBeLessThan(5000)
})

test('whoever waits gets the error: a call, a stream, a wait, and all that comes after', async () => {
  const { worker: server, ...urls } = await startServerOf({
    worker: {},
    calls: {
      publish: { deny: ['daffi.shop.node.*.any.>', 'daffi.shop.node.*.call.>', 'daffi.shop.call.>'] },
    },
    streams: { publish: { deny: ['daffi.shop.stream.>'] } },
  })
  const shop = { pipeline: 'shop' }
  const worker = await Global.connect({ ...shop, server, callbacks: { add: (a: number) => a + 1 } })
  onTestFinished(() => worker.close())
  const error = (subject: string) =>
    expect.objectContaining({
      code: 'DAFFI_NO_PERMISSION',
      message: expect.stringContaining(subject) as string,
    }) as Error

  const caller = await Global.connect({ ...shop, server: urls.calls })
  onTestFinished(() => caller.close())
  const refused = error('daffi.shop.node.')
  const waiting = expect(caller.waitProcess('nobody')).rejects.toEqual(refused)
  await expect(caller.callback('add')(1)).rejects.toEqual(refused)
  await waiting
  await expect(caller.callback('add')(1)).rejects.toEqual(refused)
  await expect(caller.join()).rejects.toEqual(refused)

  const streamer = await Global.connect({ ...shop, server: urls.streams })
  onTestFinished(() => streamer.close())
  await expect(streamer.callback('add')([1, 2]).with(STREAM)).rejects.toMatchObject({
    message: expect.stringContaining('daffi.shop.stream.') as string,
  })
  expect(await worker.callback('add')(1)).toBe(2)
})
