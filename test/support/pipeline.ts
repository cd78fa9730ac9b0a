import { Global, type ConnectOptions } from 'daffi'
import { onTestFinished } from 'vitest'
import { fileServer } from './file-server.js'

export type Join<C> = (processName: string, options?: ConnectOptions) => Promise<Global<C>>

type Connect = <C>(options: ConnectOptions) => Promise<Global<C>>

/**
 * A pipeline of the test's own on the server of its file. Nodes that join it leave when the test ends.
 * @param connect another way to connect, such as one with quick timing
 */
export async function ownPipeline<C>(
  connect: Connect = (options) => Global.connect(options),
): Promise<{ server: string; join: Join<C> }> {
  const server = await fileServer()
  const join: Join<C> = async (processName, options = {}) => {
    const g = await connect<C>({ server, pipeline: 'test', processName, ...options })
    onTestFinished(() => g.close())
    return g
  }
  return { server, join }
}
