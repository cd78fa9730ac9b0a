import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

interface BreakableServer {
  url: string
  /** Names that the clients which are connected have given themselves. */
  names: () => string[]
  /** Breaks the connections of the client that has given itself that name; gives how many there were. */
  breakOff: (name: string) => number
}

/** A way to a server on which connections can be broken. */
export async function breakable(server: string): Promise<BreakableServer> {
  const { hostname, port } = new URL(server)
  const connections = new Map<Socket, string>()
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    client.once('data', (hello) => {
      connections.set(client, /"name":"(?<name>[^"]*)"/.exec(hello.toString())?.groups?.['name'] ?? '')
    })
    client.pipe(upstream).pipe(client)
    for (const side of [client, upstream]) {
      side.on('error', () => undefined)
      side.on('close', () => {
        connections.delete(client)
        client.destroy()
        upstream.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(async () => {
    for (const client of connections.keys()) client.destroy()
    proxy.close()
    await once(proxy, 'close')
  })
  const { port: own } = proxy.address() as AddressInfo
  const breakOff = (name: string): number => {
    const broken = [...connections].filter(([, each]) => each === name)
    for (const [client] of broken) client.destroy()
    return broken.length
  }
  return { url: `nats://127.0.0.1:${own}`, names: () => [...connections.values()], breakOff }
}
