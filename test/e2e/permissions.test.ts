import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { startServerOf } from '../support/nats-users.js'
import { temporaryProject } from '../support/temporary.js'

const FILES = {
  'shop.yaml': `
name: shop
server: { url: '\${SHOP_URL}' }
callbacks: ./callbacks
nodes:
  till: { calls: [{ call: add, args: [1, 2], wait_for: [worker] }] }
  worker: { callbacks: [add] }
`,
  'callbacks/add.ts': 'export default (a: number, b: number) => a + b\n',
}

test('up and call end with the missing permission, and start no node again', async () => {
  const { up, call } = await startServerOf({
    up: { subscribe: { deny: ['daffi.shop.presence.*'] } },
    call: { publish: { deny: ['daffi.shop.presence.hello'] } },
  })
  const cwd = await temporaryProject(FILES)
  const json = async (args: string[], url: string): Promise<unknown> => {
    const { exitCode, stdout } = await runDaffi([...args, '--json'], { cwd, env: { SHOP_URL: url } })
    expect(exitCode).toBe(1)
    return JSON.parse(stdout) as unknown
  }
  const [run, called] = await Promise.all([
    json(['up', 'shop.yaml'], up),
    json(['call', 'add', '1', '2', '-f', 'shop.yaml'], call),
  ])
  expect(run).toMatchObject({
    error: {
      code: 'DAFFI_NO_PERMISSION',
      details: { operation: 'subscribe', subject: 'daffi.shop.presence.*' },
    },
    nodes: { till: { restarts: 0 }, worker: { restarts: 0 } },
  })
  expect(called).toMatchObject({
    error: {
      code: 'DAFFI_NO_PERMISSION',
      message: expect.stringContaining('to publish on daffi.shop.presence.hello') as string,
    },
  })
})
