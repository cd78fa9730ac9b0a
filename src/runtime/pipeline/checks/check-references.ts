import { discoverCallbacks } from '../../callback/index.js'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { PartialNode, PartialPipeline } from '../validate/partial-pipeline.js'
import { callbackFolders } from './files/callback-folders.js'
import { checkCallbacks } from './callbacks.js'
import { checkCalls } from './calls.js'
import type { CheckContext } from './check-context.js'
import { checkCycles } from './cycles.js'
import { checkJoins } from './joins.js'
import { checkNodeReferences, checkReplicaNames, limitProcesses } from './nodes.js'
import { namesOffered } from './offered.js'
import { NodeNames } from './replicas.js'
import { checkResults } from './results.js'
import { checkViewCalls, checkViews } from './views.js'
import { checkServer } from './files/server.js'
import { checkSources } from './files/sources.js'

/**
 * Checks what a schema cannot see: references between the entries of a pipeline, and the files that it names.
 * @param inactive nodes that do not take part, and are left out of the pipeline
 */
export async function checkReferences(
  folder: string,
  pipeline: PartialPipeline,
  diagnostics: Diagnostics,
  inactive: readonly PartialNode[] = [],
): Promise<CheckContext> {
  limitProcesses(pipeline, diagnostics)
  const names = new NodeNames(
    pipeline.nodes.map(({ name, value }) => ({ name, replicas: value.replicas ?? 1 })),
  )
  const folders = await callbackFolders(folder, pipeline, diagnostics)
  const callbacks = folders && (await discoverCallbacks(folders))
  const context: CheckContext = {
    folder,
    pipeline,
    names,
    inactive,
    sources: new Set(pipeline.sources.map(({ name }) => name)),
    offered: offeredIn(pipeline),
    streamed: streamedIn(pipeline),
    callbacks,
    diagnostics,
  }
  checkReplicaNames(context)
  checkNodeReferences(context)
  checkCycles(context)
  checkCallbacks(context)
  checkCalls(context)
  checkResults(context)
  checkJoins(context)
  checkViews(pipeline.sources, context)
  checkViewCalls(context)
  await checkServer(pipeline.server, folder, diagnostics)
  await checkSources(pipeline.sources, folder, diagnostics)
  return context
}

function offeredIn({ nodes }: PartialPipeline): ReadonlySet<string> | undefined {
  const lists = nodes.map((node) => namesOffered(node))
  return lists.includes(undefined) ? undefined : new Set(lists.flatMap((list) => list ?? []))
}

function streamedIn({ calls }: PartialPipeline): ReadonlySet<string> {
  const streams = calls.filter(
    ({ value }) => value.modifier === undefined || value.modifier.kind === 'STREAM',
  )
  return new Set(streams.flatMap(({ value }) => value.call ?? []))
}
