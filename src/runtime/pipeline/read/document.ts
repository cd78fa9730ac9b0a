import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Scalar } from 'yaml'
import type { Location } from '../diagnose/code-frame.js'
import type { LocatedFile } from '../diagnose/diagnostics.js'
import type { Path } from '../diagnose/key-path.js'

/** Aliases that a file may resolve to; a few lines of YAML can otherwise expand to gigabytes. */
const MAX_ALIASES = 100

/** The YAML of a pipeline file, with the location of each of its keys and values. */
export class PipelineDocument implements LocatedFile {
  /** Text of each scalar that holds environment values. */
  readonly interpolated = new Map<Scalar, string>()

  constructor(
    readonly file: string,
    readonly text: string,
    readonly yaml: Document,
    readonly lines: LineCounter,
  ) {}

  /** The document as plain values. @throws ReferenceError when aliases expand to too many values */
  data(): unknown {
    return this.yaml.toJS({ maxAliasCount: MAX_ALIASES })
  }

  scalarAt(path: Path): Scalar | undefined {
    const node = this.#descend(path).value
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

  /** Every scalar (text, number and so on) with its path; the value of an alias comes once, at its anchor. */
  scalars(): Generator<[Path, Scalar]> {
    return scalarsIn(this.yaml.contents, [])
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

  /** The deepest existing node on the path, the key (or list item) that holds it, and the number of steps taken. */
  #descend(path: Path): { key: unknown; value: unknown; depth: number } {
    let key: unknown
    let value: unknown = this.yaml.contents
    for (const [depth, step] of path.entries()) {
      const holder: unknown = isAlias(value) ? value.resolve(this.yaml) : value
      if (isMap(holder)) {
        const pair = holder.items.find((each) => keyText(each.key) === step)
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
}

function* scalarsIn(node: unknown, path: Path): Generator<[Path, Scalar]> {
  if (isScalar(node)) yield [path, node]
  if (isSeq(node)) for (const [index, item] of node.items.entries()) yield* scalarsIn(item, [...path, index])
  if (!isMap(node)) return
  for (const { key, value } of node.items) yield* scalarsIn(value, [...path, keyText(key)])
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
