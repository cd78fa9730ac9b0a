import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { deferred } from '../../src/runtime/core/deferred.js'
import { fixture } from './paths.js'

/** A process of its own, ended with the test. Gives the next thing that it says, each time. */
export function start(name: string, args: string[]): { child: ChildProcess; said: () => Promise<unknown> } {
  const child = fork(fixture(`nodes/${name}.mjs`), args)
  onTestFinished(() => kill(child))
  const words: unknown[] = []
  let arrived = deferred()
  child.on('message', (word) => {
    words.push(word)
    arrived.resolve()
  })
  const said = async (): Promise<unknown> => {
    while (words.length === 0) {
      arrived = deferred()
      await arrived.promise
    }
    return words.shift()
  }
  return { child, said }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
