import type { CallPlan, NodePlan, Plan, SourcePlans } from '../../core/plan/plan.js'

/**
 * The pipeline with sources in place of the results of some callbacks, for a test that begins behind them. Streams that would
 * only lead to those results are left out, and the callbacks are not loaded. Of several processes that stream the same results
 * on, one does.
 * @param replaced sources by the callback whose results they replace
 */
export function replaceResults(plan: Plan, replaced: SourcePlans): Plan {
  const named = new Map(
    Object.entries(replaced).map(([callback, source]) => [
      callback,
      { name: freeName(`results_of_${callback}`, plan.sources), source },
    ]),
  )
  if (named.size === 0) return plan
  const unused = unusedCallbacks(plan, new Set(named.keys()))
  const taken = new Map<string, string>()
  const callOf = (call: CallPlan, process: string): CallPlan[] => {
    if (isStream(call) && unused.has(call.call)) return []
    const source = named.get(call.resultsOf ?? '')?.name
    if (source === undefined) return [call]
    const key = JSON.stringify([call.call, call.to, call.as, call.resultsOf])
    if (!taken.has(key)) taken.set(key, process)
    return taken.get(key) === process ? [{ ...call, source, resultsOf: undefined }] : []
  }
  const nodes = Object.entries(plan.nodes).map(([name, node]) => {
    const callbacks = node.callbacks.map((each) =>
      named.has(each.name)
        ? { ...each, mock: each.mock ?? { throws: `the test replaces the results of ${each.name}` } }
        : each,
    )
    return { ...node, callbacks, calls: node.calls.flatMap((call) => callOf(call, name)) }
  })
  const sources = [...named.values()].map(({ name, source }) => [name, source] as const)
  const called = new Set(nodes.flatMap(({ calls }) => calls.map(({ call }) => call)))
  const isNeeded = ({ name, callbacks, calls }: NodePlan): boolean =>
    calls.length > 0 ||
    plan.nodes[name]?.calls.length === 0 ||
    callbacks.some((callback) => !unused.has(callback.name) || called.has(callback.name))
  return {
    ...plan,
    sources: { ...plan.sources, ...Object.fromEntries(sources) },
    nodes: onlyOf(nodes.filter(isNeeded)),
  }
}

/** Nodes by name, which wait for one another only. */
function onlyOf(nodes: NodePlan[]): Plan['nodes'] {
  const present = new Set(nodes.map(({ name }) => name))
  const kept = (names: string[]): string[] => names.filter((name) => present.has(name))
  const waiting = nodes.map((node) => ({
    ...node,
    dependsOn: kept(node.dependsOn),
    calls: node.calls.map((call) => ({ ...call, waitFor: kept(call.waitFor) })),
  }))
  return Object.fromEntries(waiting.map((node) => [node.name, node]))
}

const isStream = ({ modifier }: CallPlan): boolean => modifier.kind === 'STREAM'

/** Callbacks that need no streams: those whose results are replaced, and those whose results go to such ones only. */
function unusedCallbacks({ nodes }: Plan, replaced: ReadonlySet<string>): ReadonlySet<string> {
  const onward = new Map<string, CallPlan[]>()
  for (const call of Object.values(nodes).flatMap(({ calls }) => calls)) {
    if (call.resultsOf === undefined) continue
    onward.set(call.resultsOf, [...(onward.get(call.resultsOf) ?? []), call])
  }
  const unused = new Set(replaced)
  for (let size = -1; size < unused.size;) {
    size = unused.size
    for (const [callback, calls] of onward)
      if (calls.every(({ call }) => unused.has(call))) unused.add(callback)
  }
  return unused
}

/** The name, or one made of it, that no source has. */
function freeName(name: string, sources: SourcePlans): string {
  return name in sources ? freeName(`${name}_`, sources) : name
}
