import { writeJson } from './json.js'

/**
 * Escape sequences of terminals. Those that carry text (title, clipboard, device strings) go with their text; one that
 * does not end is left for `CONTROLS`, so that nobody can hide the rest of a text with it. A text ends at the next beginning of
 * one, too: else many of them would take time with the square of their number.
 */
const SEQUENCES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[P\]X^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-OQ-WYZ\\`-~]/g

/** Control characters except tab and line feed, and the characters that turn the direction of text around. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Characters that JSON may hold as they are, and that act on a terminal or on the reader. */
const UNESCAPED_IN_JSON = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/**
 * Makes text from outside (other nodes, files, servers) harmless where it is shown: without everything that acts on a
 * terminal, or shows characters in another order than they have. Tabs and line feeds stay.
 */
export function plainText(text: string): string {
  return text.replace(SEQUENCES, '').replace(CONTROLS, '')
}

/** Makes text from outside harmless, and one line. */
export function plainLine(text: string): string {
  return plainText(text.replace(/[\r\n\u2028\u2029]+/g, ' '))
}

/** Copies plain data with every text in it, keys too, made harmless by `clean`. */
export function plainData<T>(data: T, clean: (text: string) => string = plainText): T {
  if (typeof data === 'string') return clean(data) as T
  if (Array.isArray(data)) return data.map((each: unknown) => plainData(each, clean)) as T
  if (typeof data !== 'object' || data === null) return data
  const entries = Object.entries(data).map(([key, value]) => [clean(key), plainData(value as unknown, clean)])
  return Object.fromEntries(entries) as T
}

/** JSON of the same value that does nothing to a terminal: what JSON leaves as it is comes as `\u…`. */
export function plainJson(value: unknown, indent?: number): string {
  return plainJsonText(writeJson(value, indent))
}

/** The same JSON with what it may leave as it is, and acts on a terminal, as `\u…`. */
export function plainJsonText(json: string): string {
  return json.replace(UNESCAPED_IN_JSON, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The text; its beginning and an ellipsis where it has more than `room` characters, so that nobody takes what is left for all of it. */
export function cutOff(text: string, room: number): string {
  if (text.length <= room) return text
  return room > 0 ? `${text.slice(0, room - 1)}…` : ''
}
