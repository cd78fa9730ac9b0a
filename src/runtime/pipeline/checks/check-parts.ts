import { discoverCallbacks } from '../../callback/index.js'
import type { FaultReport } from '../diagnose/diagnostics.js'
import type { Outline } from '../validate/partial-pipeline.js'
import { NodeNames } from './replicas.js'
import { callbackFolders } from './callback-folders.js'
import { checkCallbacks } from './callbacks.js'
import { checkCalls } from './calls.js'
import type { CheckContext } from './check-context.js'
import { checkCycles } from './cycles.js'
import { checkNodeReferences, checkReplicaNames } from './nodes.js'
import { checkSources } from './sources.js'

/** What no schema can see: whether the parts of a pipeline fit one another and the files that it names. */
export async function checkParts(
  folder: string,
  outline: Outline,
  report: FaultReport,
): Promise<CheckContext> {
  const names = new NodeNames(
    outline.nodes.map(({ name, value }) => ({ name, replicas: value.replicas ?? 1 })),
  )
  const folders = await callbackFolders(folder, outline, report)
  const callbacks = folders && (await discoverCallbacks(folders))
  const context: CheckContext = { folder, outline, names, callbacks, report }
  checkReplicaNames(context)
  checkNodeReferences(context)
  checkCycles(context)
  checkCallbacks(context)
  checkCalls(context)
  await checkSources(outline.sources, folder, report)
  return context
}
