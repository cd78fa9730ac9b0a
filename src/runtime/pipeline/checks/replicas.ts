/** Names of a node's processes: `process3`, or with several replicas `process3-1`, `process3-2` and so on. */
export function replicaNames(node: string, replicas: number): string[] {
  if (replicas === 1) return [node]
  return Array.from({ length: replicas }, (_, index) => `${node}-${index + 1}`)
}

/** Process names by node. A node's name stands for all of its replicas. */
export class NodeNames {
  readonly #byNode = new Map<string, string[]>()
  readonly #owners = new Map<string, string>()

  constructor(nodes: Iterable<{ name: string; replicas: number }>) {
    for (const { name, replicas } of nodes) {
      const names = replicaNames(name, replicas)
      this.#byNode.set(name, names)
      for (const each of names) this.#owners.set(each, name)
    }
  }

  /** Process names that a name stands for; undefined for an unknown name. */
  resolve(name: string): string[] | undefined {
    return this.#byNode.get(name) ?? (this.#owners.has(name) ? [name] : undefined)
  }

  /** Process names that any of these names stands for, each once; unknown names are left out. */
  processesOf(names: readonly string[]): string[] {
    return [...new Set(names.flatMap((name) => this.resolve(name) ?? []))]
  }

  /** Node that has this name, or a process of this name. */
  ownerOf(name: string): string | undefined {
    return this.#byNode.has(name) ? name : this.#owners.get(name)
  }

  /** Every name that can be used, nodes first. */
  all(): string[] {
    return [...new Set([...this.#byNode.keys(), ...this.#owners.keys()])]
  }
}
