import type { Global } from '../../call/index.js'
import type { Logger } from '../../core/logger.js'
import type { CallPlan, ModifierPlan } from '../../core/plan/plan.js'

/** Waits that take longer than this are logged. */
const LONG_WAIT_MS = 2000

interface WaitContext {
  g: Global
  log: Logger
  /** Ends the waits. */
  draining: AbortSignal
}

/** Waits for the nodes that must be running before a call starts, for as long as that takes. */
export async function awaitNodes(plan: CallPlan, { g, log, draining: signal }: WaitContext): Promise<void> {
  await Promise.all(
    plan.waitFor.map((name) => logged(plan, name, log, () => g.waitProcess(name, { signal }))),
  )
}

/**
 * Waits for a node that takes the call, within the timeout of one that has a timeout for its answer: it is for the whole call.
 * @returns the modifier with the time that is left
 * @throws DaffiError DAFFI_TIMEOUT
 */
export async function awaitCallee(
  plan: CallPlan,
  { g, log, draining: signal }: WaitContext,
): Promise<ModifierPlan> {
  const { call, to, modifier } = plan
  const begun = performance.now()
  const isAnswered = modifier.kind === 'FG' || modifier.kind === 'BROADCAST'
  const totalMs = isAnswered ? modifier.timeoutMs : 0
  const bounds = { signal, timeout: totalMs / 1000 }
  if (to !== undefined) await logged(plan, to, log, () => g.waitProcess(to, bounds))
  await logged(plan, 'a node that offers it', log, () => g.waitFunction(call, bounds))
  if (!isAnswered || totalMs === 0) return modifier
  return { ...modifier, timeoutMs: Math.max(1, totalMs - (performance.now() - begun)) }
}

async function logged(
  { call }: CallPlan,
  what: string,
  log: Logger,
  wait: () => Promise<void>,
): Promise<void> {
  const timer = setTimeout(() => log.info(`${call} waits for ${what}`), LONG_WAIT_MS)
  try {
    await wait()
  } finally {
    clearTimeout(timer)
  }
}
