import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml'
import type { Alias, Document, LineCounter, Node, Pair, Scalar, YAMLMap } from 'yaml'
import { withoutUrlSecrets } from '../../core/text/secrets.js'
import type { Location } from '../diagnose/code-frame.js'
import type { LocatedFile } from '../diagnose/diagnostics.js'
import type { Path } from '../diagnose/key-path.js'
import { isExtension, withoutExtensions } from './extensions.js'
import { isMergeKey, mergedInto } from './merge-keys.js'
import { quotableText } from './quotable-text.js'

/** Length of a value of the environment from which it is replaced wherever a message quotes it. */
const MIN_SECRET = 3

/** The YAML of a pipeline file, with the location of each of its keys and values. */
export class PipelineDocument implements LocatedFile {
  /** Text of each scalar that holds environment values. */
  readonly interpolated = new Map<Scalar, string>()
  /** Values of the environment, and texts with such values in them, with what the author has written in their place. */
  readonly environment = new Map<string, string>()
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

  withoutSecrets(message: string): string {
    let plain = message
    for (const [text, written] of this.environment) {
      if (text.length < MIN_SECRET) continue
      for (const form of [text, JSON.stringify(text).slice(1, -1)])
        if (plain.includes(form))
          plain = plain.replace(new RegExp(`(?<!\\w)${escaped(form)}(?!\\w)`, 'g'), () => written)
    }
    return withoutUrlSecrets(plain)
  }

  /** The document as plain values, without those under `x-` keys. `checkTree` has limited what aliases expand to. */
  data(): unknown {
    return withoutExtensions(this.yaml.toJS({ maxAliasCount: -1 }))
  }

  scalarAt(path: Path): Scalar | undefined {
    const node = this.resolve(this.#descend(path).value)
    return isScalar(node) ? node : undefined
  }

  /** Text of a scalar as the file or the environment has it: where text is wanted, 1.10 is not 1.1. */
  textAt(path: Path): string {
    const scalar = this.scalarAt(path)
    if (!scalar) return ''
    return (
      this.interpolated.get(scalar) ??
      (scalar.type === 'PLAIN' ? scalar.source : undefined) ??
      String(scalar.value)
    )
  }

  isInterpolated(path: Path): boolean {
    const scalar = this.scalarAt(path)
    return scalar !== undefined && this.interpolated.has(scalar)
  }

  /** A scalar as its author has written it when the environment has a part in its value; undefined for others. */
  writtenAt(path: Path): string | undefined {
    return this.isInterpolated(path) ? this.scalarAt(path)?.source : undefined
  }

  /**
   * Every scalar (text, number and so on) that has a part in the data, with its path; one that has several, by aliases and
   * merge keys, comes once.
   */
  scalars(): Generator<[Path, Scalar]> {
    return this.#scalarsIn(this.yaml.contents, [], new Set())
  }

  /** Location of a value or of its key; for a path that does not exist, of the nearest key that would hold it. */
  locationOf(path: Path, target: 'key' | 'value' = 'value'): Location {
    const { key, value, depth } = this.#descend(path)
    const exists = depth === path.length
    const node = (exists && target === 'value' ? (value ?? key) : key) ?? value
    return this.locationAt(...offsetsOf(node))
  }

  /** Location of the text between two offsets. */
  locationAt(start: number, end: number): Location {
    const { line, col } = this.lines.linePos(start)
    return { line, column: col, length: Math.max(1, end - start) }
  }

  /** A node itself, or what it stands for when it is an alias. */
  readonly resolve = (node: unknown): unknown => (isAlias(node) ? this.targetOf(node) : node)

  /** The value that an alias stands for; undefined when no anchor before it has its name. */
  targetOf(alias: Alias): Node | undefined {
    this.#targets ??= targetsIn(this.yaml)
    return this.#targets.get(alias)
  }

  /** The deepest existing node on the path, the key (or list item) that holds it, and the number of steps taken. */
  #descend(path: Path): { key: unknown; value: unknown; depth: number } {
    let key: unknown
    let value: unknown = this.yaml.contents
    for (const [depth, step] of path.entries()) {
      const holder = this.resolve(value)
      if (isMap(holder)) {
        const pair = this.#pairsOf(holder).get(step)
        if (!pair) return { key, value, depth }
        key = pair.key
        value = pair.value
      } else if (isSeq(holder) && typeof step === 'number' && step < holder.items.length) {
        key = value = holder.items[step]
      } else {
        return { key, value, depth }
      }
    }
    return { key, value, depth: path.length }
  }

  /** The pairs of a mapping by their keys, with those that are merged into it: its own go before those, and the first of them. */
  #pairsOf(map: YAMLMap): Map<string | number, Pair> {
    const known = this.#pairs.get(map)
    if (known) return known
    const merged = mergedInto(map, this.resolve).maps.map((each) => [...this.#pairsOf(each)])
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
      for (const [key, { value }] of this.#pairsOf(node)) yield* this.#scalarsIn(value, [...path, key], seen)
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

/** Text as a part of a regular expression that stands for itself. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** A key as `toJS` writes it. */
function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}

/** Start and end offset of a YAML node. */
export function offsetsOf(node: unknown): [start: number, end: number] {
  const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range
  return range ? [range[0], range[1]] : [0, 0]
}
