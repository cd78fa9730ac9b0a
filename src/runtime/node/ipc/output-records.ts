import { MIB } from '../../core/bytes.js'

/** Mark at the end of a line that belongs to one record with the next: in place of it nobody prints a unit separator. */
const CONTINUES = '\u001f'
/** Longest record, in characters. A longer one is divided. */
const MAX_RECORD = MIB

/**
 * Marks the lines of what a node's process writes at once, as `console.log` does with an object of many lines, so that they can be
 * one record in its log.
 */
export function markRecords(output: NodeJS.WriteStream): void {
  const write = output.write.bind(output) as (...args: unknown[]) => boolean
  output.write = (chunk: unknown, ...rest: unknown[]): boolean =>
    write(typeof chunk === 'string' ? marked(chunk) : chunk, ...rest)
}

function marked(text: string): string {
  const first = text.indexOf('\n')
  if (first === -1 || first === text.length - 1) return text
  const end = text.endsWith('\n') ? text.length - 1 : text.length
  return text.slice(0, end).replaceAll('\n', `${CONTINUES}\n`) + text.slice(end)
}

/** Puts the lines of a node's output together to records. */
export class RecordJoiner {
  #begun = ''

  /** @returns the record that the line completes; undefined when there is more of it to come */
  add(line: string): string | undefined {
    const record = this.#begun + line
    if (!line.endsWith(CONTINUES) || record.length > MAX_RECORD) {
      this.#begun = ''
      return record.endsWith(CONTINUES) ? record.slice(0, -1) : record
    }
    this.#begun = `${record.slice(0, -1)}\n`
    return undefined
  }

  /** @returns what has come of a record whose process has ended before the rest */
  rest(): string | undefined {
    const begun = this.#begun
    this.#begun = ''
    return begun === '' ? undefined : begun.slice(0, -1)
  }
}
