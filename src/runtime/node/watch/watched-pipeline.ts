import { graphModules, importedFirst, importersOf, type ModuleGraph } from '../../callback/index.js'
import { DaffiError } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan.js'
import { loadPipeline } from '../../pipeline/index.js'
import { chooseNodes } from '../prepare/choose-nodes.js'
import { withDeliveries } from '../supervise/node-setup.js'

/** What a change of files comes to. */
export interface Change {
  plan: Plan
  start: NodePlan[]
  restart: NodePlan[]
  reload: { node: NodePlan; modules: string[] }[]
  /** Names of nodes that are no longer in the pipeline. */
  stop: string[]
}

interface Version {
  plan: Plan
  nodes: NodePlan[]
  graph: ModuleGraph
}

/** The pipeline file and its modules as they run now, and what changes of them come to. */
export class WatchedPipeline {
  readonly #only: string[] | undefined
  #now: Version
  /** Changed files whose code does not run yet. */
  #pending = new Set<string>()

  private constructor(now: Version, only: string[] | undefined) {
    this.#now = now
    this.#only = only
  }

  static async open(plan: Plan, only: string[] | undefined): Promise<WatchedPipeline> {
    return new WatchedPipeline(await versionOf(plan, only), only)
  }

  get files(): string[] {
    return [this.#now.plan.file, ...this.#now.graph.keys()]
  }

  /** The modules of a node's callbacks and what they import, the imported first. */
  modulesOf({ callbacks }: NodePlan): string[] {
    const files = callbacks.map(({ file }) => file)
    return importedFirst(this.#now.graph, files)
  }

  /**
   * Reads the pipeline anew.
   * @throws DaffiError for a pipeline or a module at fault; what runs is then left as it is
   */
  async change(files: string[]): Promise<Change> {
    for (const file of files) this.#pending.add(file)
    const before = this.#now
    const now = await versionOf(await loadPipeline(before.plan.file), this.#only)
    if (now.plan.name !== before.plan.name || now.plan.server.url !== before.plan.server.url) {
      throw new DaffiError('DAFFI_USAGE', 'another name or server needs another run', {
        next: 'End this one, and start it again.',
      })
    }
    // What has been deleted is imported in the old version only.
    const touched = importersOf(before.graph, importersOf(now.graph, this.#pending))
    this.#now = now
    const change: Change = { plan: now.plan, start: [], restart: [], reload: [], stop: [] }
    const known = new Map(before.nodes.map((node) => [node.name, node]))
    for (const node of now.nodes) {
      const old = known.get(node.name)
      const modules = this.modulesOf(node).filter((file) => touched.has(file))
      if (!old) change.start.push(node)
      else if (
        !isSame(old, before.plan, node, now.plan) ||
        sourceModules(node, now.plan).some((file) => touched.has(file))
      )
        change.restart.push(node)
      else if (modules.length > 0) change.reload.push({ node, modules })
    }
    const names = new Set(now.nodes.map(({ name }) => name))
    change.stop = [...known.keys()].filter((name) => !names.has(name))
    return change
  }

  /** The last change runs everywhere. */
  settle(): void {
    this.#pending.clear()
  }
}

async function versionOf(plan: Plan, only: string[] | undefined): Promise<Version> {
  const nodes = withDeliveries(chooseNodes(plan, only), plan.sources)
  const callbacks = nodes.flatMap((node) => node.callbacks.map(({ file }) => file))
  const sources = nodes.flatMap((node) => sourceModules(node, plan))
  return { plan, nodes, graph: await graphModules([...callbacks, ...sources]) }
}

/** The same but for what its callbacks' code says. */
function isSame(a: NodePlan, planOfA: Plan, b: NodePlan, planOfB: Plan): boolean {
  return JSON.stringify(written(a, planOfA)) === JSON.stringify(written(b, planOfB))
}

function written(node: NodePlan, plan: Plan): unknown {
  const callbacks = node.callbacks.map(({ arity: _, ...callback }) => callback)
  return { ...node, callbacks, sources: sourcesOf(node, plan) }
}

function sourcesOf({ calls }: NodePlan, { sources }: Plan) {
  return calls.flatMap(({ source }) => (source === undefined ? [] : (sources[source] ?? [])))
}

function sourceModules(node: NodePlan, plan: Plan): string[] {
  return sourcesOf(node, plan).flatMap((source) => (source.kind === 'module' ? source.file : []))
}
