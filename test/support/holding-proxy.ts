import { onTestFinished } from 'vitest'
import { HoldingProxy } from '../../chaos/lib/holding-proxy.js'

/** A way to a server on which bytes can be held in both directions; see chaos/lib/holding-proxy.js. Ends with the test. */
export async function holdingProxy(server: string): Promise<HoldingProxy> {
  const proxy = await HoldingProxy.start(Number(new URL(server).port))
  onTestFinished(() => proxy.close())
  return proxy
}
