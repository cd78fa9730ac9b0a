import { basename, dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { graphModules, importersOf, isCompanion } from '../../callback/index.js'
import { DaffiError } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'
import { loadPipeline } from '../../pipeline/index.js'
import { chooseNodes } from '../prepare/choose-nodes.js'
import { withDeliveries } from '../prepare/with-deliveries.js'
import type { PlanChange } from '../supervise/plan-change.js'
import { realPath } from './folder-watch.js'
import { callbackModules, compareVersions, sourceModules, type PipelineVersion } from './compare-versions.js'

/** Names of files of which a pipeline can consist. */
const RELEVANT = /\.(?:[cm]?[jt]s|json|ya?ml)$/

/** The pipeline's files and modules in the version that was read last. */
export class WatchedPipeline {
  readonly #only: string[] | undefined
  #now: PipelineVersion
  /** Changed files whose new code does not run in every node yet. */
  #pending = new Set<string>()

  private constructor(now: PipelineVersion, only: string[] | undefined) {
    this.#now = now
    this.#only = only
  }

  /** @param only names of the nodes that run; all without it */
  static async open(plan: Plan, only: string[] | undefined): Promise<WatchedPipeline> {
    return new WatchedPipeline(await versionOf(plan, only), only)
  }

  /** Every file that the pipeline consists of. */
  get files(): string[] {
    return [...this.#now.plan.read.map(realPath), ...this.#now.graph.keys()]
  }

  /** Whether a file of this name can change the pipeline, as one of its YAML files, modules or environment files. */
  isRelevant(name: string): boolean {
    return RELEVANT.test(name) || this.#now.plan.read.some((file) => basename(file) === name)
  }

  /** Whether a file in one of the folders is part of the pipeline, or can become one. */
  mayContain(file: string): boolean {
    return this.files.includes(file) || !isCompanion(basename(file))
  }

  /** Every folder whose files can change the pipeline. */
  get folders(): Set<string> {
    return new Set([...this.files.map((file) => dirname(file)), ...this.#now.plan.callbackFolders])
  }

  /** Lists the modules of a node's callbacks and what they import, imported modules first. */
  modulesOf(node: NodePlan): string[] {
    return callbackModules(node, this.#now.graph)
  }

  /**
   * Reads the pipeline again, and compares it with the version before.
   * @throws DaffiError when the pipeline or a module is not valid; the version before stays the present one then
   */
  async update(files: string[]): Promise<PlanChange> {
    for (const file of files) this.#pending.add(file)
    const before = this.#now
    const now = await versionOf(await loadPipeline(before.plan.file, before.plan.inputs), this.#only)
    if (now.plan.name !== before.plan.name || !isDeepStrictEqual(now.plan.server, before.plan.server)) {
      throw new DaffiError('DAFFI_USAGE', 'another name or server needs a new run', {
        next: 'Stop this run, and start it again.',
      })
    }
    // A file that was deleted is imported in the old version only.
    const touched = importersOf(before.graph, importersOf(now.graph, this.#pending))
    this.#now = now
    return compareVersions(before, now, touched)
  }

  /** Confirms that the code of every change so far runs in all nodes. */
  confirm(): void {
    this.#pending.clear()
  }
}

async function versionOf(plan: Plan, only: string[] | undefined): Promise<PipelineVersion> {
  const nodes = withDeliveries(chooseNodes(plan, only), plan)
  const callbacks = nodes.flatMap((node) => node.callbacks.map(({ file }) => file))
  const sources = nodes.flatMap((node) => sourceModules(node, plan))
  return { plan, nodes, graph: await graphModules([...callbacks, ...sources]) }
}
