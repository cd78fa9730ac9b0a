import { Global } from 'daffi'
import { onTestFinished } from 'vitest'
import { readState } from '../../src/runtime/nats/index.js'

type Options = NonNullable<Parameters<typeof Global.connect>[0]>

/** Takes part, until the test ends, in a pipeline on the server that the project runs. The library is the built one. */
export async function connect<C>(project: string, options: Options): Promise<Global<C>> {
  const state = readState(project)
  if (!state) throw new Error(`no server runs in ${project}`)
  const g = await Global.connect<C>({ server: state.url, token: state.token, ...options })
  onTestFinished(() => g.close())
  return g
}
