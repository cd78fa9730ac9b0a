import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml'
import type { Alias, Document, LineCounter, Node, Pair, Scalar, YAMLMap } from 'yaml'
import type { Place, QuotableFile } from '../../diagnose/code-frame.js'
import type { Path } from '../../diagnose/key-path.js'
import { isExtension } from './extensions.js'
import { isMergeKey, mergedInto } from './merge-keys.js'
import { quotableText } from './quotable-text.js'

/** The YAML of one file, with the place of each of its nodes. */
export class YamlFile implements QuotableFile {
  readonly #pairs = new Map<YAMLMap, Map<string | number, Pair>>()
  #targets: Map<Alias, Node | undefined> | undefined
  #quotable: string | undefined

  constructor(
    readonly file: string,
    readonly text: string,
    readonly yaml: Document,
    readonly lines: LineCounter,
  ) {}

  get quotable(): string {
    this.#quotable ??= quotableText(this.text, this.yaml.contents, this.resolve)
    return this.#quotable
  }

  /**
   * Every scalar (text, number and so on) that has a part in the data, with its path; one that has several, by aliases and
   * merge keys, comes once.
   */
  scalars(): Generator<[Path, Scalar]> {
    return this.#scalarsIn(this.yaml.contents, [], new Set())
  }

  /** Place of a YAML node; the beginning of the file for what has none. */
  placeOf(node: unknown): Place {
    const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range
    return range ? this.placeAt(range[0], range[1]) : this.placeAt(0, 0)
  }

  /** Place of the text between two offsets. */
  placeAt(start: number, end: number): Place {
    const { line, col } = this.lines.linePos(start)
    return { in: this, line, column: col, length: Math.max(1, end - start) }
  }

  /** A node itself, or what it stands for when it is an alias. */
  readonly resolve = (node: unknown): unknown => (isAlias(node) ? this.targetOf(node) : node)

  /** The value that an alias stands for; undefined when no anchor before it has its name. */
  targetOf(alias: Alias): Node | undefined {
    this.#targets ??= targetsIn(this.yaml)
    return this.#targets.get(alias)
  }

  /** The pairs of a mapping by their keys, with those that are merged into it: its own go before those, and the first of them. */
  pairsOf(map: YAMLMap): ReadonlyMap<string | number, Pair> {
    const known = this.#pairs.get(map)
    if (known) return known
    const merged = mergedInto(map, this.resolve).maps.map((each) => [...this.pairsOf(each)])
    const own = map.items
      .filter(({ key }) => !isMergeKey(key))
      .map((pair): [string, Pair] => [keyText(pair.key), pair])
    const pairs = new Map([...merged.reverse().flat(), ...own])
    this.#pairs.set(map, pairs)
    return pairs
  }

  *#scalarsIn(written: unknown, path: Path, seen: Set<unknown>): Generator<[Path, Scalar]> {
    const node = this.resolve(written)
    if (seen.has(node) || isExtension(path)) return
    seen.add(node)
    if (isScalar(node)) yield [path, node]
    if (isSeq(node))
      for (const [index, item] of node.items.entries()) yield* this.#scalarsIn(item, [...path, index], seen)
    if (isMap(node))
      for (const [key, { value }] of this.pairsOf(node)) yield* this.#scalarsIn(value, [...path, key], seen)
  }
}

/** The values of all aliases, found in one pass. */
function targetsIn(yaml: Document): Map<Alias, Node | undefined> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node | undefined>()
  visit(yaml, {
    Node: (_key, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source))
      else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

/** A key as text. */
function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}
