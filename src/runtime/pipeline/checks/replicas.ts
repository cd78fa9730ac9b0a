/** `process3`, or with several replicas `process3-1`, `process3-2` and so on. */
export function replicaNames(node: string, replicas: number): string[] {
  if (replicas === 1) return [node]
  return Array.from({ length: replicas }, (_, index) => `${node}-${index + 1}`)
}

/** What the nodes' processes are called. A node's name stands for all of its replicas. */
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

  /** Process names that a name stands for; undefined for a name that is nobody's. */
  resolve(name: string): string[] | undefined {
    return this.#byNode.get(name) ?? (this.#owners.has(name) ? [name] : undefined)
  }

  /** The node that has a process of this name. */
  ownerOf(name: string): string | undefined {
    return this.#byNode.has(name) ? name : this.#owners.get(name)
  }

  /** Every name that may be used, nodes first. */
  all(): string[] {
    return [...new Set([...this.#byNode.keys(), ...this.#owners.keys()])]
  }
}
