import { nearest } from '../../core/text/nearest.js'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { Path } from '../diagnose/key-path.js'
import { listKnown } from '../diagnose/list-known.js'
import type { CheckContext } from './check-context.js'
import type { PartialPipeline } from '../validate/partial-pipeline.js'
import { describeInactive } from '../validate/profiles.js'
import { replicaNames } from './replicas.js'

/** More processes than a machine runs; a few lines of YAML could otherwise fill the memory with their names. */
const MAX_PROCESSES = 10_000

/** Reports nodes that would have too many processes in all, and goes on as if each had one. */
export function limitProcesses({ nodes }: PartialPipeline, diagnostics: Diagnostics): void {
  const total = nodes.reduce((sum, { value }) => sum + (value.replicas ?? 1), 0)
  if (total <= MAX_PROCESSES) return
  const message = `the nodes have ${total} processes in all; a pipeline can have ${MAX_PROCESSES}`
  diagnostics.add({ code: 'DAFFI_BAD_VALUE', message, path: ['nodes'] }, 'key')
  for (const { value } of nodes) value.replicas = 1
}

/** Reports two nodes that would have a process of the same name. */
export function checkReplicaNames({ pipeline, diagnostics }: CheckContext): void {
  const owners = new Map<string, string>()
  for (const { name, path, value } of pipeline.nodes) {
    for (const process of replicaNames(name, value.replicas ?? 1)) {
      const owner = owners.get(process)
      if (owner === undefined) owners.set(process, name)
      else {
        const message = `a process named ${process} would be both node ${owner}'s and node ${name}'s`
        diagnostics.add({ code: 'DAFFI_DUPLICATE_NODE', message, path }, 'key')
      }
    }
  }
}

/** Checks the nodes that `depends_on`, `wait_for` and `to` name. */
export function checkNodeReferences(context: CheckContext): void {
  const { pipeline, names, diagnostics } = context
  for (const { path, value } of pipeline.nodes) {
    for (const [index, name] of value.depends_on?.entries() ?? []) {
      checkNode(name, [...path, 'depends_on', index], context)
    }
  }
  for (const { node, path, value } of pipeline.calls) {
    for (const [index, name] of value.wait_for?.entries() ?? []) {
      const at = [...path, 'wait_for', index]
      checkNode(name, at, context)
      if (names.ownerOf(name) === node.name) {
        const message = `${node.name} waits for itself`
        diagnostics.add({ code: 'DAFFI_DEPENDENCY_CYCLE', message, path: at })
      }
    }
    if (value.to !== undefined) checkTarget(value.to, [...path, 'to'], context)
  }
}

/** Checks that a name is a node's or one of its processes'. */
export function checkNode(
  name: string,
  path: Path,
  { names, inactive, diagnostics }: CheckContext,
  target: 'key' | 'value' = 'value',
): void {
  if (names.resolve(name)) return
  const left = inactive.find(
    (node) => replicaNames(node.name, node.value.replicas ?? 1).includes(name) || node.name === name,
  )
  if (left) {
    diagnostics.add({ code: 'DAFFI_UNKNOWN_NODE', message: describeInactive(left), path }, target)
    return
  }
  const message = `there is no node ${name}; ${listKnown('nodes', names.all())}`
  diagnostics.add(
    { code: 'DAFFI_UNKNOWN_NODE', message, path, suggestion: nearest(name, names.all()) },
    target,
  )
}

/** Checks that a name stands for exactly one process. */
export function checkTarget(name: string, path: Path, context: CheckContext): void {
  checkNode(name, path, context)
  const processes = context.names.resolve(name) ?? []
  if (processes.length < 2) return
  const message = `${name} has replicas; name one of ${processes.join(', ')}`
  context.diagnostics.add({ code: 'DAFFI_UNKNOWN_NODE', message, path, suggestion: processes[0] })
}
