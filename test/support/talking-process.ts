import { fork, type ChildProcess, type ForkOptions } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { fixture } from './paths.js'

/** A process of its own, ended with the test. Gives the next thing that it says, each time. */
export function start(
  name: string,
  args: string[],
  options: ForkOptions = {},
): { child: ChildProcess; said: () => Promise<unknown> } {
  const child = fork(fixture(`nodes/${name}.mjs`), args, options)
  onTestFinished(() => kill(child))
  const unread: unknown[] = []
  const readers: ((message: unknown) => void)[] = []
  child.on('message', (message) => {
    const reader = readers.shift()
    if (reader) reader(message)
    else unread.push(message)
  })
  // Several may wait at a time: each is given a message of its own.
  const said = async (): Promise<unknown> =>
    unread.length > 0 ? unread.shift() : new Promise((resolve) => readers.push(resolve))
  return { child, said }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
