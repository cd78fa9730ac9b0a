import { Hono, type Context } from 'hono'
import { waitingWork, type WaitingWork } from '../../call/index.js'
import type { NatsLink } from '../../stream/index.js'
import type { StatusPoller } from '../board/status-poller.js'
import { metricsText } from './metrics.js'
import { readinessOf } from './readiness.js'

interface AnswersOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  /** Whether messages of errors are told: they may quote what a callback was working on. */
  mayTell: (c: Context) => boolean
}

/** Makes the part of an HTTP application that is for programs: probes, and metrics for Prometheus. */
export function answersForPrograms({ link, pipeline, poller, mayTell }: AnswersOptions): Hono {
  const app = new Hono()
  // Who asks meanwhile shares the answer.
  let counting: Promise<WaitingWork | undefined> | undefined
  const work = (): Promise<WaitingWork | undefined> =>
    (counting ??= waitingWork(link.nc, pipeline)
      .catch(() => undefined)
      .finally(() => (counting = undefined)))

  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/readyz', async (c) => {
    const { ok, connected, problems } = readinessOf(await poller.settled())
    const told = mayTell(c) ? problems : problems.map((each) => ({ ...each, message: null }))
    return c.json({ ok, connected, problems: told }, ok ? 200 : 503)
  })
  app.get('/metrics', async (c) => {
    const [state, kept] = await Promise.all([poller.settled(), link.connected ? work() : undefined])
    const text = await metricsText({ ...state, work: kept })
    return c.text(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  return app
}
