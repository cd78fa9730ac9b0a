import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { nodeAndNumber } from '../../core/names.js'
import { readRunFiles, stateOfRun, type RunFile } from '../../runs/index.js'
import { askStatus, type RunStatus, type Status } from '../../status/index.js'

/** Time that a run has until it answers; one that is as young may be of other nodes, and is not waited for. */
const YOUNG_MS = 2000

/**
 * Makes sure that no other run has one of the nodes. Runs of other nodes, on this host or others, may be there.
 * @throws DaffiError DAFFI_ALREADY_RUNS
 */
export async function assertOnlyRun(
  nc: NatsConnection,
  run: RunFile,
  { project, nodes }: { project: string; nodes: readonly string[] },
): Promise<void> {
  const known = await olderRuns(project, run)
  const isOf = (id: string, each: Status): boolean => each.what === 'run' && each.id === id
  // Nodes are asked, too, so that there is an answer, and its end, also where none of them is of a run.
  const answers = await askStatus(
    nc,
    run.name,
    { lines: null },
    { isComplete: (found) => known.every(({ id }) => found.some((each) => isOf(id, each))) },
  )
  for (const each of answers) if (each.what === 'run') refuse(run.name, each, nodes)
}

async function olderRuns(project: string, { name, since }: RunFile): Promise<RunFile[]> {
  const files = await readRunFiles(project)
  return files.filter(
    (file) => file.name === name && since - file.since > YOUNG_MS && stateOfRun(file) === 'lives',
  )
}

function refuse(
  pipeline: string,
  { id, host, pid, background, nodes: running }: RunStatus,
  nodes: readonly string[],
): void {
  if (!nodes.some((name) => Object.hasOwn(running, name))) return
  const wanted = new Set(nodes.map((name) => nodeAndNumber(name).node))
  // `daffi scale` may have given a node more processes than the pipeline file has.
  const both = Object.keys(running).filter((name) => wanted.has(nodeAndNumber(name).node))
  const where = background ? 'in the background' : 'in a terminal'
  throw new DaffiError(
    'DAFFI_ALREADY_RUNS',
    `${pipeline} runs already ${where}, process ${pid} on ${host}, run ${id}: ${both.join(', ')}`,
  )
}
