import { createInterface } from 'node:readline'
import { text as readAll } from 'node:stream/consumers'
import { readJson } from '../../runtime/core/text/json.js'

/** Stands for standard input. */
const INPUT = '-'

/** Arguments of a call as values: JSON where the text is JSON, else the text itself. */
export async function readArguments(texts: readonly string[]): Promise<unknown[]> {
  const input = texts.includes(INPUT) ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : ''
  return texts.map((text, index) => readValue(text === INPUT ? input : text, `argument ${index + 1}`))
}

/** Arguments of a streaming call: each line of standard input is an item, and is read when its turn comes. */
export function readItems(texts: readonly string[]): unknown[] {
  return texts.map((text, index) =>
    text === INPUT ? inputLines() : readValue(text, `argument ${index + 1}`),
  )
}

async function* inputLines(): AsyncGenerator {
  let number = 0
  for await (const line of createInterface({ input: process.stdin }))
    yield readValue(line, `item ${number++}`)
}

/** @throws DaffiError DAFFI_UNSENDABLE for a number that is none for JavaScript */
function readValue(text: string, what: string): unknown {
  try {
    return readJson(text, what)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
