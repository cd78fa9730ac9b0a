import { Composer, LineCounter, Parser, YAMLParseError, type CST, type Document } from 'yaml'
import { offsetNestedTooDeeply } from './nesting-depth.js'

export interface Composed {
  yaml: Document
  lines: LineCounter
  /** Offset of a value that is nested too deeply; the document then ends before it. */
  tooDeep: number | undefined
}

/** Parses YAML text in one pass, in a time that grows only as the text does, whatever is wrong with it. */
export function compose(text: string): Composed {
  const lines = new LineCounter()
  let tooDeep: number | undefined
  const shallow = function* (): Generator<CST.Token> {
    for (const token of new Parser(lines.addNewLine).parse(text)) {
      tooDeep = offsetNestedTooDeeply(token)
      if (tooDeep !== undefined) return
      yield token
    }
  }
  // The rules of YAML 1.2 and merge keys hold whatever version a file names: in 1.1 `no` would be false. The parser compares
  // each key of a mapping with all others; `checkTree` looks them up, and makes numbers of small integers.
  const composer = new Composer({ schema: 'core', merge: true, uniqueKeys: false, intAsBigInt: true })
  const yaml = withoutStacks(() => {
    const [first, second] = composer.compose(shallow(), true, text.length)
    if (second)
      first?.errors.push(
        new YAMLParseError(second.range.slice(0, 2) as [number, number], 'MULTIPLE_DOCS', ''),
      )
    return first
  })
  return { yaml: yaml as Document, lines, tooDeep }
}

/** Runs what makes an error for each mistake in a text: their stacks, which nobody reads, would take most of the time. */
function withoutStacks<T>(run: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return run()
  } finally {
    Error.stackTraceLimit = limit
  }
}
