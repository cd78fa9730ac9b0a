import type { PartialNode } from '../validate/partial-pipeline.js'
import type { CheckContext } from './check-context.js'

/** Reports nodes that wait for one another to be ready, so that none of them would ever start. */
export function checkCycles({ pipeline, names, diagnostics }: CheckContext): void {
  const nodes = new Map(pipeline.nodes.map((node) => [node.name, node]))
  const done = new Set<string>()
  const visit = (node: PartialNode, trail: string[]): void => {
    if (done.has(node.name)) return
    for (const [index, dependency] of node.value.depends_on?.entries() ?? []) {
      const next = nodes.get(names.ownerOf(dependency) ?? '')
      if (!next) continue
      const here = [...trail, node.name]
      const start = here.indexOf(next.name)
      if (start === -1) visit(next, here)
      else {
        const message = `nodes wait for one another: ${[...here.slice(start), next.name].join(' -> ')}`
        const path = [...node.path, 'depends_on', index]
        diagnostics.add({ code: 'DAFFI_DEPENDENCY_CYCLE', message, path })
      }
    }
    done.add(node.name)
  }
  for (const node of pipeline.nodes) visit(node, [])
}
