import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { portError } from '../../../src/runtime/core/process/port-error.js'

async function listenFault(port: number, host: string): Promise<unknown> {
  const server = createServer().listen({ port, host, exclusive: true })
  onTestFinished(() => void server.close())
  return once(server, 'listening').then(
    () => server.address() as AddressInfo,
    (error: unknown) => error,
  )
}

test('a port that is in use has the advice that goes with its use', async () => {
  const { port } = (await listenFault(0, '127.0.0.1')) as AddressInfo
  const error = await listenFault(port, '127.0.0.1')
  expect(portError(error, 'no page')).toMatchObject({
    code: 'DAFFI_PORT_TAKEN',
    message: 'no page: another program listens there already',
    next: expect.stringContaining('give none') as string,
  })
  expect(portError(error, 'no page', 'Wait.').next).toBe('Wait.')
})

test('another reason has advice of its own', async () => {
  expect(portError(await listenFault(0, '192.0.2.1'), 'no page', 'Wait.')).toMatchObject({
    message: 'no page: it is no address of this machine',
    next: expect.stringContaining('0.0.0.0') as string,
  })
  const denied = Object.assign(new Error('listen EACCES: permission denied'), { code: 'EACCES' })
  expect(portError(denied, 'no page')).toMatchObject({
    message: 'no page: this user may not',
    next: expect.stringContaining('1024') as string,
  })
})
