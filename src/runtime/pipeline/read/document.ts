import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Scalar } from 'yaml'
import type { Place } from '../diagnose/code-frame.js'
import type { Path } from '../diagnose/diagnostic.js'

/** Aliases that a file may resolve to; a few lines of YAML can otherwise stand for gigabytes. */
const MAX_ALIASES = 100

/** A pipeline file's YAML, and where each part of it stands. */
export class PipelineDocument {
  /** The text of each scalar that holds environment values. */
  readonly interpolated = new Map<Scalar, string>()

  constructor(
    readonly file: string,
    readonly text: string,
    readonly yaml: Document,
    readonly lines: LineCounter,
  ) {}

  /** Plain values. @throws ReferenceError when aliases explode */
  data(): unknown {
    return this.yaml.toJS({ maxAliasCount: MAX_ALIASES })
  }

  scalarAt(path: Path): Scalar | undefined {
    const node = this.#descend(path).value
    return isScalar(node) ? node : undefined
  }

  /** A scalar as it was written, or came from the environment: 1.10 is not 1.1 where text is wanted. */
  textAt(path: Path): string {
    const scalar = this.scalarAt(path)
    if (!scalar) return ''
    return (
      this.interpolated.get(scalar) ??
      (scalar.type === 'PLAIN' ? scalar.source : undefined) ??
      String(scalar.value)
    )
  }

  /** Every value that is text, a number, or the like, with where it is; what an alias stands for comes once. */
  scalars(): Generator<[Path, Scalar]> {
    return scalarsIn(this.yaml.contents, [])
  }

  /** Where a value stands, or its key; for what is not there, the nearest thing that holds it. */
  placeOf(path: Path, part: 'key' | 'value' = 'value'): Place {
    const { key, value, depth } = this.#descend(path)
    const whole = depth === path.length
    const node = (whole && part === 'value' ? (value ?? key) : key) ?? value
    return this.placeAt(...rangeOf(node))
  }

  placeAt(start: number, end: number): Place {
    const { line, col } = this.lines.linePos(start)
    return { line, column: col, length: Math.max(1, end - start) }
  }

  /** The deepest node on the path, the key (or list item) that holds it, and how far it is. */
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

/** As `toJS` writes it. */
function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}

/** Offsets of a YAML node. */
export function rangeOf(node: unknown): [start: number, end: number] {
  const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range
  return range ? [range[0], range[1]] : [0, 0]
}
