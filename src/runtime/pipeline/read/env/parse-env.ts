/** Faults of one file that are told; whoever has more of them has some other file. */
const MAX_FAULTS = 20

/** The rest of a line that has nothing more, or a comment. */
const EMPTY = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y
const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*/y
const SINGLE = /'([^']*)'/y
const DOUBLE = /"((?:\\[^]|[^"\\])*)"/y
const BARE = /[^\n]*/y
const LINE = /[^\n]*\n?/y

const ESCAPED: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  $: '$',
  '${': '$${',
}

/** A variable of an environment file. */
export interface EnvEntry {
  name: string
  value: string
  /** Whether placeholders in the value are replaced: not in single quotes. */
  hasPlaceholders: boolean
  at: EnvPlace
}

/** Line and column in an environment file, from 1. */
export interface EnvPlace {
  line: number
  column: number
}

/** Mistake in an environment file. No part of the file is quoted: it may be a secret. */
export interface EnvFault {
  at: EnvPlace
  message: string
}

/**
 * Parses the lines `NAME=value` of an environment file, as docker compose does: `export` before a name, comments, values in quotes
 * of either kind, also over several lines, and `\n`, `\t` and so on in double quotes.
 */
export function parseEnv(source: string): { entries: EnvEntry[]; faults: EnvFault[] } {
  const text = source.replaceAll('\r\n', '\n')
  const entries: EnvEntry[] = []
  const faults: EnvFault[] = []
  const lines = new Lines(text)
  let offset = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset
    const found = pattern.exec(text)
    if (found) offset = pattern.lastIndex
    return found
  }
  const refuse = (message: string): void => {
    faults.push({ at: lines.placeAt(offset), message })
    match(LINE)
  }
  while (offset < text.length && faults.length < MAX_FAULTS) {
    if (match(EMPTY)) continue
    const at = lines.placeAt(offset)
    const [, name] = match(NAME) ?? []
    if (name === undefined) {
      refuse('this line is not NAME=value')
      continue
    }
    const [, single] = match(SINGLE) ?? []
    const [, double] = match(DOUBLE) ?? []
    const quoted = single ?? (double === undefined ? undefined : unescaped(double))
    if (quoted === undefined && /['"]/.test(text.charAt(offset))) {
      refuse('the quote that begins here is not closed')
      continue
    }
    const value = quoted ?? withoutComment(match(BARE)?.[0] ?? '')
    entries.push({ name, value, hasPlaceholders: single === undefined, at })
    if (!match(EMPTY)) refuse('there is text behind the closing quote')
  }
  return { entries, faults }
}

function unescaped(quoted: string): string {
  return quoted.replace(/\\(\$\{|[nrt"\\$])/g, (whole, escaped: string) => ESCAPED[escaped] ?? whole)
}

/** A value without quotes: a `#` begins a comment when there is a blank before it. */
function withoutComment(value: string): string {
  return value.replace(/(?:^|[ \t])#.*/, '').trimEnd()
}

/** Places in a text that are asked for in their order, each in a time that grows with the way from the one before. */
class Lines {
  readonly #text: string
  #line = 1
  #start = 0

  constructor(text: string) {
    this.#text = text
  }

  placeAt(offset: number): EnvPlace {
    for (let end = this.#end(); end >= 0 && end < offset; end = this.#end()) {
      this.#line++
      this.#start = end + 1
    }
    return { line: this.#line, column: offset - this.#start + 1 }
  }

  #end(): number {
    return this.#text.indexOf('\n', this.#start)
  }
}
