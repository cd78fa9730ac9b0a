import { Hono } from 'hono'
import { messageOf, type DaffiError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan/plan.js'
import { connectNats, type ServerHandle } from '../nats/index.js'
import { NatsLink } from '../stream/index.js'
import { Board } from './board/board.js'
import { StatusPoller } from './board/status-poller.js'
import { answersForPrograms } from './programs/answers.js'
import { serve } from './programs/serve.js'
import { loopbackHosts, refusalOf } from './programs/visit.js'

/** Address at which metrics and probes are served. */
export interface MetricsAddress {
  host: string
  port: number
}

const NEXT = 'Choose another port, and a host that is an address of this machine.'

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
  const onRefused = (error: DaffiError): void => log.warn(`metrics: ${error.message}`)
  const nc = await connectNats(server.address, { name: 'metrics', signal, onRefused })
  const link = new NatsLink(nc)
  const onFailure = (error: unknown): void => log.warn(`metrics: ${messageOf(error)}`)
  const poller = new StatusPoller(link, plan.name, new Board(plan, server.info), onFailure)
  const app = new Hono()
  // Who listens on the loopback is asked by its names only. Elsewhere any name may lead here, such as that of a container.
  let hosts: string[] | undefined
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store')
    const [host, origin, site] = ['host', 'origin', 'sec-fetch-site'].map((name) => c.req.header(name))
    const refusal = refusalOf({ method: c.req.method, host, origin, site }, hosts)
    if (refusal) return c.text(`${refusal.reason}\n`, refusal.status)
    await next()
    return undefined
  })
  app.route('/', answersForPrograms({ link, pipeline: plan.name, poller, mayTell: () => false }))
  try {
    const { address, close } = await serve(app, { host, port, what: '--metrics', next: NEXT })
    if (isLoopback(address.address)) hosts = [...loopbackHosts(port), `${host}:${port}`]
    return async () => {
      close()
      await nc.close()
    }
  } catch (error) {
    await nc.close()
    throw error
  }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
