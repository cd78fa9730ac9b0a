import { openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { context } from 'daffi'

/** A callback that writes down what it gets, before it does anything else, in a file of its node and kind. */
export function bookOf(kind, node = process.env.CHAOS_NODE, folder = process.cwd()) {
  const book = openSync(join(folder, `${node}.${kind}`), 'a')
  writeFileSync(join(folder, `${node}.pid`), String(process.pid))
  return ({ writer, number, time }) => {
    const again = context().redelivered ? 1 : 0
    writeSync(book, `${writer} ${number} ${time} ${Date.now()} ${again}\n`)
  }
}
