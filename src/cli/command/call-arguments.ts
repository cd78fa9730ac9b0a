import { createInterface } from 'node:readline'
import { text as readAll } from 'node:stream/consumers'

/** Stands for standard input. */
const INPUT = '-'

/** Arguments of a call as values: JSON where the text is JSON, else the text itself. */
export async function readArguments(texts: readonly string[]): Promise<unknown[]> {
  const input = texts.includes(INPUT) ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : ''
  return texts.map((text) => readValue(text === INPUT ? input : text))
}

/** Arguments of a streaming call: each line of standard input is an item, and is read when its turn comes. */
export function readItems(texts: readonly string[]): unknown[] {
  return texts.map((text) => (text === INPUT ? inputLines() : readValue(text)))
}

async function* inputLines(): AsyncGenerator {
  for await (const line of createInterface({ input: process.stdin })) yield readValue(line)
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
