import { withoutUrlSecrets } from '../../core/text/secrets.js'

/** Length of a value of the environment from which it is replaced wherever a message quotes it. */
const MIN_SECRET = 3

/** Values of the environment that stand in a pipeline, with what its author has written in their place. */
export class HiddenValues {
  readonly #written = new Map<string, string>()

  readonly #variables = new Map<string, string>()

  add(value: string, written: string): void {
    this.#written.set(value, written)
  }

  /** Adds the value of a variable. */
  addVariable(name: string, value: string): void {
    this.#variables.set(name, value)
    this.add(value, `\${${name}}`)
  }

  /** The value of a variable that stands in the pipeline; undefined for others. */
  valueOf(name: string): string | undefined {
    return this.#variables.get(name)
  }

  /** The message without these values, and without secrets of URLs. */
  hideIn(message: string): string {
    let plain = message
    for (const [value, written] of this.#written) {
      if (value.length < MIN_SECRET) continue
      for (const form of [value, JSON.stringify(value).slice(1, -1)])
        if (plain.includes(form))
          plain = plain.replace(new RegExp(`(?<!\\w)${escaped(form)}(?!\\w)`, 'g'), () => written)
    }
    return withoutUrlSecrets(plain)
  }
}

/** Text as a part of a regular expression that stands for itself. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
