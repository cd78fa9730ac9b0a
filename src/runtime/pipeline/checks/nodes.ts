import { nearest } from '../../core/text/nearest.js'
import type { Path } from '../fault.js'
import { replicaNames } from '../replicas.js'
import type { CheckContext } from './context.js'
import { known } from './words.js'

/** Two nodes whose processes would have one name. */
export function checkReplicaNames({ outline, report }: CheckContext): void {
  const owners = new Map<string, string>()
  for (const { name, path, value } of outline.nodes) {
    for (const process of replicaNames(name, value.replicas ?? 1)) {
      const owner = owners.get(process)
      if (owner === undefined) owners.set(process, name)
      else {
        const message = `a process named ${process} would be both node ${owner}'s and node ${name}'s`
        report.add({ code: 'DAFFI_DUPLICATE_NODE', message, path }, 'key')
      }
    }
  }
}

/** Nodes that are named in `depends_on`, `wait_for` and `to`. */
export function checkNodeReferences(context: CheckContext): void {
  const { outline, names, report } = context
  for (const { path, value } of outline.nodes) {
    for (const [index, name] of value.depends_on?.entries() ?? []) {
      checkNode(name, [...path, 'depends_on', index], context)
    }
  }
  for (const { node, path, value } of outline.calls) {
    for (const [index, name] of value.wait_for?.entries() ?? []) {
      const at = [...path, 'wait_for', index]
      checkNode(name, at, context)
      if (names.ownerOf(name) === node.name) {
        const message = `${node.name} waits for itself`
        report.add({ code: 'DAFFI_DEPENDENCY_CYCLE', message, path: at })
      }
    }
    if (value.to !== undefined) checkTarget(value.to, [...path, 'to'], context)
  }
}

/** A node, or one of its processes, that has to be there. */
export function checkNode(
  name: string,
  path: Path,
  { names, report }: CheckContext,
  part: 'key' | 'value' = 'value',
): void {
  if (names.resolve(name)) return
  const message = `there is no node ${name}; ${known('nodes', names.all())}`
  report.add({ code: 'DAFFI_UNKNOWN_NODE', message, path, suggestion: nearest(name, names.all()) }, part)
}

/** One process that has to be there. */
export function checkTarget(name: string, path: Path, context: CheckContext): void {
  checkNode(name, path, context)
  const processes = context.names.resolve(name) ?? []
  if (processes.length < 2) return
  const message = `${name} has replicas; name one of ${processes.join(', ')}`
  context.report.add({ code: 'DAFFI_UNKNOWN_NODE', message, path, suggestion: processes[0] })
}
