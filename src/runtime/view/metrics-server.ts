import { Hono } from 'hono'
import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan/plan.js'
import type { ServerHandle } from '../nats/index.js'
import { openPoller } from './open-poller.js'
import { answersForPrograms } from './programs/answers.js'
import { serve } from './programs/serve.js'
import { isLoopback, loopbackHosts, refusalOf, type Place } from './programs/visit.js'

/** Address at which metrics and probes are served. */
export interface MetricsAddress {
  host: string
  port: number
}

const NEXT = 'Choose another port, or end the program that listens on this one.'

interface MetricsOptions extends MetricsAddress {
  log: Logger
  signal: AbortSignal
}

/**
 * Serves metrics and probes of a pipeline, without a page and without a token. Nothing is asked of the pipeline but when somebody
 * asks here.
 * @returns a function that ends it
 * @throws DaffiError DAFFI_PORT_TAKEN, and those of connecting
 */
export async function openMetrics(
  plan: Plan,
  server: Pick<ServerHandle, 'address' | 'info'>,
  { host, port, log, signal }: MetricsOptions,
): Promise<() => Promise<void>> {
  const { nc, link, pipeline, poller } = await openPoller(plan, server, { name: 'metrics', log, signal })
  const app = new Hono()
  // Who listens on the loopback is asked by its names only. Elsewhere any name may lead here, such as that of a container.
  let isOwnHost: Place['isOwnHost'] = () => true
  let isTold = false
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    const [host, origin, site] = ['host', 'origin', 'sec-fetch-site'].map((name) => c.req.header(name))
    const refusal = refusalOf({ method: c.req.method, host, origin, site }, { scheme: 'http', isOwnHost })
    // Who scrapes sees only that it fails. Once is enough: anybody on this machine can send many.
    if (refusal?.status === 403 && !isTold) log.warn(`metrics: refused a request: ${refusal.reason}`)
    isTold ||= refusal?.status === 403
    if (refusal) return c.text(`${refusal.reason}\n`, refusal.status)
    await next()
    return undefined
  })
  app.route('/', answersForPrograms({ link, pipeline, poller, mayTell: () => false }))
  try {
    const { address, close } = await serve(app, { host, port, what: '--metrics', next: NEXT })
    if (isLoopback(address.address)) isOwnHost = loopbackHosts(address.port, host)
    return async () => {
      close()
      await nc.close()
    }
  } catch (error) {
    await nc.close()
    throw error
  }
}
