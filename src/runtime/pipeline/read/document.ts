import { isMap, isScalar, isSeq, type Scalar, type YAMLMap } from 'yaml'
import type { Place } from '../diagnose/code-frame.js'
import type { LocatedFile } from '../diagnose/diagnostics.js'
import type { Path } from '../diagnose/key-path.js'
import { HiddenValues } from './hidden-values.js'
import { isExtension } from './yaml/extensions.js'
import type { YamlFile } from './yaml/yaml-file.js'

/** A value that one of the files has, and its key, or the value itself in a list. */
interface Written {
  file: YamlFile
  key: unknown
  value: unknown
}

/** Values of the files at one path. The last file's comes first, and holds. */
type Layers = readonly Written[]

/**
 * The YAML of a pipeline, of one file or several that are merged: mappings key by key, and of anything else the last file's. It
 * knows of each key and value in which file it stands, and where.
 */
export class PipelineDocument implements LocatedFile {
  /** Text of each scalar that holds environment values. */
  readonly interpolated = new Map<Scalar, string>()
  readonly hidden = new HiddenValues()
  readonly #root: Layers

  constructor(readonly files: readonly [YamlFile, ...YamlFile[]]) {
    this.#root = files.map((file) => ({ file, key: undefined, value: file.yaml.contents })).reverse()
  }

  /** The first file, to whose folder all paths are relative. */
  get file(): string {
    return this.files[0].file
  }

  withoutSecrets(message: string): string {
    return this.hidden.hideIn(message)
  }

  /** The document as plain values, without those under `x-` keys. `checkTree` has limited what aliases expand to. */
  data(): unknown {
    return this.#dataOf(this.#root, [])
  }

  scalarAt(path: Path): Scalar | undefined {
    const { layers, depth } = this.#descend(path)
    const node = depth === path.length ? nodeOf(layers[0]) : undefined
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
   * Place of a value or of its key; for a path that does not exist, of the nearest key that would hold it, in the first of the
   * files that have it.
   */
  locationOf(path: Path, target: 'key' | 'value' = 'value'): Place {
    const { layers, depth } = this.#descend(path)
    const exists = depth === path.length
    const written = exists ? layers[0] : (mappingsOf(layers, path.slice(0, depth)).at(-1) ?? layers[0])
    const { file, key, value } = written ?? { file: this.files[0], key: undefined, value: undefined }
    return file.placeOf((exists && target === 'value' ? (value ?? key) : key) ?? value)
  }

  /** Values at the deepest existing key of a path, and the number of steps to it. */
  #descend(path: Path): { layers: Layers; depth: number } {
    let layers = this.#root
    for (const [depth, step] of path.entries()) {
      const next = below(layers, path.slice(0, depth), step)
      if (next.length === 0) return { layers, depth }
      layers = next
    }
    return { layers, depth: path.length }
  }

  #dataOf(layers: Layers, path: Path): unknown {
    const node = nodeOf(layers[0])
    if (isScalar(node)) return node.value
    const data = (step: string | number): unknown => this.#dataOf(below(layers, path, step), [...path, step])
    if (isSeq(node)) return node.items.map((_, index) => data(index))
    if (!isMap(node)) return null
    const steps = mappingsOf(layers, path)
      .reverse()
      .flatMap(({ file, map }) => [...file.pairsOf(map).keys()])
    const shown = [...new Set(steps)].filter((step) => !isExtension([...path, step]))
    return Object.fromEntries(shown.map((step) => [step, data(step)]))
  }
}

function nodeOf(written: Written | undefined): unknown {
  return written?.file.resolve(written.value)
}

/** Values under one key of a value, or at one index. */
function below(layers: Layers, path: Path, step: string | number): Layers {
  const [last] = layers
  const node = nodeOf(last)
  if (last && isSeq(node) && typeof step === 'number' && step < node.items.length) {
    const value = node.items[step]
    return [{ file: last.file, key: value, value }]
  }
  return mappingsOf(layers, path).flatMap(({ file, map }) => {
    const pair = file.pairsOf(map).get(step)
    return pair ? [{ file, key: pair.key, value: pair.value }] : []
  })
}

/** The mappings that are merged into one value: up to the first value that is none, and of a source up to another kind. */
function mappingsOf(layers: Layers, path: Path): (Written & { map: YAMLMap })[] {
  const isSource = path.length === 2 && path[0] === 'sources'
  const mappings: (Written & { map: YAMLMap })[] = []
  let kind: unknown
  for (const written of layers) {
    const map = nodeOf(written)
    if (!isMap(map)) break
    const own = isSource ? kindOf(written.file, map) : undefined
    if (kind !== undefined && own !== undefined && own !== kind) break
    kind ??= own
    mappings.push({ ...written, map })
  }
  return mappings
}

/** The kind of a source, as it is written; a source with another one has nothing to do with it. */
function kindOf(file: YamlFile, map: YAMLMap): unknown {
  const pairs = file.pairsOf(map)
  if (pairs.has('view_of')) return 'view'
  const value = file.resolve(pairs.get('kind')?.value)
  return isScalar(value) ? value.value : undefined
}
