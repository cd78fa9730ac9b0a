import type { PartialNode } from '../validate/partial-pipeline.js'
import type { CheckContext } from './check-context.js'

/** A node on the way from the first one, and the index of its dependency that is looked at. */
interface Step {
  node: PartialNode
  index: number
}

/** Reports nodes that wait for one another to be ready, so that none of them would ever start. */
export function checkCycles({ pipeline, names, diagnostics }: CheckContext): void {
  const nodes = new Map(pipeline.nodes.map((node) => [node.name, node]))
  const done = new Set<PartialNode>()
  const onTrail = new Set<PartialNode>()
  for (const first of pipeline.nodes) {
    // A list and no recursion: a chain of nodes may be longer than the stack.
    const trail: Step[] = done.has(first) ? [] : [{ node: first, index: 0 }]
    for (let step = trail.at(-1); step; step = trail.at(-1)) {
      const { node } = step
      onTrail.add(node)
      const index = step.index++
      const dependency = node.value.depends_on?.[index]
      if (dependency === undefined) {
        trail.pop()
        onTrail.delete(node)
        done.add(node)
        continue
      }
      const next = nodes.get(names.ownerOf(dependency) ?? '')
      if (!next || done.has(next)) continue
      if (!onTrail.has(next)) trail.push({ node: next, index: 0 })
      else {
        const cycle = trail.slice(trail.findIndex((each) => each.node === next)).map((each) => each.node.name)
        const message = `nodes wait for one another: ${[...cycle, next.name].join(' -> ')}`
        const path = [...node.path, 'depends_on', index]
        diagnostics.add({ code: 'DAFFI_DEPENDENCY_CYCLE', message, path })
      }
    }
  }
}
