import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { onTestFinished } from 'vitest'
import { startNatsServer } from './nats-server.js'

/** In what a server says of itself, which it may say again once it knows the client. */
const VERSION = /(INFO \{[^\r\n]*?"version":")[^"]*/g

/** A server with JetStream that says it has that version, until the test ends; gives its URL. */
export async function startOlderServer(version: string): Promise<string> {
  const real = new URL(await startNatsServer(['-js']))
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(Number(real.port), real.hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      // Either end may be cut off by a process that ends.
      socket.on('error', () => undefined)
    }
    client.pipe(server)
    server.pipe(saying(version)).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return `nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

function saying(version: string): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      const text = chunk.toString('latin1').replaceAll(VERSION, (_all, before: string) => before + version)
      done(null, Buffer.from(text, 'latin1'))
    },
  })
}
