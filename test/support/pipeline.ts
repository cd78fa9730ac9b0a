import { Global, type ConnectOptions } from 'daffi'
import { onTestFinished } from 'vitest'
import { startNatsServer } from './nats-server.js'

export type Join<C> = (processName: string, options?: ConnectOptions) => Promise<Global<C>>

/** A pipeline of the test's own on a server of its own; what joins it leaves when the test ends. */
export async function ownPipeline<C>(): Promise<{ server: string; join: Join<C> }> {
  const server = await startNatsServer(['-js'])
  const join: Join<C> = async (processName, options = {}) => {
    const g = await Global.connect<C>({ server, pipeline: 'test', processName, ...options })
    onTestFinished(() => g.close())
    return g
  }
  return { server, join }
}
