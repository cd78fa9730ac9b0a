import { discoverCallbacks } from '../../callback/index.js'
import type { Diagnostics } from '../diagnose/diagnostics.js'
import type { PartialPipeline } from '../validate/partial-pipeline.js'
import { callbackFolders } from './callback-folders.js'
import { checkCallbacks } from './callbacks.js'
import { checkCalls } from './calls.js'
import type { CheckContext } from './check-context.js'
import { checkCycles } from './cycles.js'
import { checkNodeReferences, checkReplicaNames } from './nodes.js'
import { NodeNames } from './replicas.js'
import { checkServer } from './server.js'
import { checkSources } from './sources.js'

/** Checks what a schema cannot see: references between the entries of a pipeline, and the files that it names. */
export async function checkReferences(
  folder: string,
  pipeline: PartialPipeline,
  diagnostics: Diagnostics,
): Promise<CheckContext> {
  const names = new NodeNames(
    pipeline.nodes.map(({ name, value }) => ({ name, replicas: value.replicas ?? 1 })),
  )
  const folders = await callbackFolders(folder, pipeline, diagnostics)
  const callbacks = folders && (await discoverCallbacks(folders))
  const context: CheckContext = { folder, pipeline, names, callbacks, diagnostics }
  checkReplicaNames(context)
  checkNodeReferences(context)
  checkCycles(context)
  checkCallbacks(context)
  checkCalls(context)
  await checkServer(pipeline.server, folder, diagnostics)
  await checkSources(pipeline.sources, folder, diagnostics)
  return context
}
