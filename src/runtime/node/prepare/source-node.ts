import { DaffiError } from '../../core/errors.js'
import { nearest } from '../../core/text/nearest.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'
import { nodeNamed } from './choose-nodes.js'

/**
 * Finds the node whose calls stream a source, and leaves it only those calls.
 * @throws DaffiError DAFFI_USAGE when there is no such source or node, or when several nodes use it and none was named
 */
export function sourceNode(plan: Plan, source: string, named?: string): NodePlan {
  if (!(source in plan.sources)) throw unknownSource(plan, source)
  const nodes = named === undefined ? Object.values(plan.nodes) : [nodeNamed(plan, named)]
  const users = nodes.filter(({ calls }) => calls.some((call) => call.source === source))
  const [user, ...others] = users
  if (!user) {
    throw new DaffiError('DAFFI_USAGE', `no call of ${named ?? plan.name} uses the source ${source}`, {
      next: 'Add a call with this source and modifier STREAM to the pipeline file.',
    })
  }
  if (others.length > 0) {
    throw new DaffiError(
      'DAFFI_USAGE',
      `several nodes stream ${source}: ${users.map(({ name }) => name).join(', ')}`,
      { next: 'Choose one of them with --node NAME.' },
    )
  }
  return { ...user, calls: user.calls.filter((call) => call.source === source) }
}

function unknownSource(plan: Plan, source: string): DaffiError {
  const names = Object.keys(plan.sources)
  const suggestion = nearest(source, names)
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
  return new DaffiError('DAFFI_USAGE', `${plan.name} has no source ${source}; ${known}`, {
    ...(suggestion === undefined ? {} : { next: `Did you mean ${suggestion}?` }),
  })
}
