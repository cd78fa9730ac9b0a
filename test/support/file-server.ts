import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { onTestFinished } from 'vitest'
import { whenFileEnds } from './file-end.js'
import { runNatsServer, type NatsServer } from './nats-server.js'
import { makeFolder, removeFolder } from './temporary.js'
import { waitUntil } from './wait.js'

/** Milliseconds between two looks whether the server has noticed that the processes of a test are gone. */
const LOOK_EVERY_MS = 10

interface FileServer extends NatsServer {
  nc: NatsConnection
  jsm: JetStreamManager
}

let started: Promise<FileServer> | undefined

/**
 * A nats-server with JetStream that the tests of a file share, one after the other. A test finds it empty: when it ends,
 * its clients have to be gone, and what it stored is deleted. For tests that neither end nor configure a server, nor fill it.
 */
export async function fileServer(): Promise<string> {
  const server = await (started ??= start())
  onTestFinished(() => clear(server))
  return server.url
}

async function start(): Promise<FileServer> {
  const folder = await makeFolder()
  try {
    const server = await runNatsServer(folder, ['-js', '-m', '-1'])
    const nc = await connect({ servers: server.url, name: 'test support' })
    whenFileEnds(() => end({ ...server, nc, folder }))
    return { ...server, nc, jsm: await jetstreamManager(nc) }
  } catch (error) {
    await removeFolder(folder)
    throw error
  }
}

async function end({ nc, stop, folder }: Omit<FileServer, 'jsm'> & { folder: string }): Promise<void> {
  started = undefined
  await nc.close()
  await stop()
  await removeFolder(folder)
}

async function clear({ jsm, monitoring }: FileServer): Promise<void> {
  let names: string[] = []
  const alone = async (): Promise<boolean> => {
    names = await clientNames(monitoring ?? '')
    return names.length === 1
  }
  await waitUntil(alone, { interval: LOOK_EVERY_MS }).catch(() => {
    throw new Error(`still connected when the test was over: ${names.join(', ')}`)
  })
  for await (const name of jsm.streams.names()) await jsm.streams.delete(name)
}

interface Connections {
  connections: { name?: string }[]
}

async function clientNames(monitoring: string): Promise<string[]> {
  const { connections } = (await (await fetch(`${monitoring}/connz`)).json()) as Connections
  return connections.map(({ name = '(no name)' }) => name)
}
