import { Global, type ConnectOptions } from 'daffi'
import { onTestFinished } from 'vitest'
import { fileServer } from './file-server.js'
import { mortalServer } from './mortal-server.js'

export type Join<C> = (processName: string, options?: ConnectOptions) => Promise<Global<C>>

type Connect = <C>(options: ConnectOptions) => Promise<Global<C>>

const connectNormally: Connect = (options) => Global.connect(options)

/**
 * A pipeline of the test's own on the server of its file. Nodes that join it leave when the test ends.
 * @param connect another way to connect, such as one with quick timing
 */
export async function ownPipeline<C>(
  connect: Connect = connectNormally,
): Promise<{ server: string; join: Join<C> }> {
  const server = await fileServer()
  return { server, join: joinOn(server, connect) }
}

/** A pipeline on a server of its own, which can be killed and started again. Nodes that join it leave when the test ends. */
export async function mortalPipeline<C>(): Promise<{
  server: string
  join: Join<C>
  restart: () => Promise<void>
}> {
  const { url, restart } = await mortalServer()
  return { server: url, join: joinOn(url), restart }
}

/** Connects to the pipeline `test` of a server. Nodes that join it leave when the test ends. */
export function joinOn<C>(server: string, connect: Connect = connectNormally): Join<C> {
  return async (processName, options = {}) => {
    const g = await connect<C>({ server, pipeline: 'test', processName, ...options })
    onTestFinished(() => g.close())
    return g
  }
}
