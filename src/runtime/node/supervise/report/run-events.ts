import type { DaffiError } from '../../../core/errors.js'
import type { CallPlan } from '../../../core/plan.js'
import type { ServerInfo } from '../../../nats/index.js'
import type { NodeState } from '../../../status/index.js'
import type { CalledReport, CallReport } from '../../ipc/messages.js'

/** What there is to show while a pipeline, or one node of it, runs. */
export type RunEvent =
  | { type: 'server'; server: ServerInfo; nodes: string[] }
  /** The viewer's page is served there; the address holds its token. */
  | { type: 'view'; url: string }
  | { type: 'state'; node: string; state: NodeState; restarts: number; error: DaffiError | undefined }
  | { type: 'line'; node: string; line: string }
  | (CalledReport & { node: string })
  | { type: 'call'; node: string; plan: CallPlan; report: CallReport }
