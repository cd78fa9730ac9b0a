import type { PipelineInputs } from '../../core/plan/plan.js'
import type { PartialNode, PartialPipeline } from './partial-pipeline.js'

/** Stands for all profiles. */
export const ALL_PROFILES = '*'

/** The profiles that nodes of a pipeline have. */
export function profilesIn({ nodes }: PartialPipeline): string[] {
  return [...new Set(nodes.flatMap(({ value }) => value.profiles ?? []))].sort()
}

/** Lists the nodes that do not take part: they have profiles, of which none is active, and nobody has named them. */
export function inactiveNodes(
  { nodes }: PartialPipeline,
  names: { ownerOf: (name: string) => string | undefined },
  { profiles, nodes: named }: Pick<PipelineInputs, 'profiles' | 'nodes'>,
): PartialNode[] {
  if (profiles.includes(ALL_PROFILES)) return []
  const wanted = new Set(named.map((name) => names.ownerOf(name)))
  return nodes.filter(
    ({ name, value: { profiles: own = [] } }) =>
      own.length > 0 && !wanted.has(name) && !own.some((profile) => profiles.includes(profile)),
  )
}

/** The pipeline without some of its nodes. */
export function withoutNodes(pipeline: PartialPipeline, left: readonly PartialNode[]): PartialPipeline {
  const nodes = pipeline.nodes.filter((node) => !left.includes(node))
  return {
    ...pipeline,
    nodes,
    nodeIndex: new Map(nodes.map(({ name }, index) => [name, index])),
    calls: pipeline.calls.filter(({ node }) => !left.includes(node)),
  }
}

/** Says that a node does not take part, and what would change that. */
export function describeInactive({ name, value: { profiles = [] } }: PartialNode): string {
  return `${name} does not take part: no profile of it is active (--profile ${profiles.join(' or --profile ')})`
}
