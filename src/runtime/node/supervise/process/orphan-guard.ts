import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

/**
 * Shell script that keeps the process groups which it is told of. At the end of its input, whose other end only this process holds,
 * it gives them two seconds, in which the nodes publish their last wills, and ends those that are left.
 */
const SCRIPT = `
trap '' TERM INT HUP
groups=' '
while read -r change group; do
  case $change in
    begins) groups="$groups$group " ;;
    ends) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
[ "$groups" = ' ' ] && exit
sleep 2
for group in $groups; do kill -s KILL -- "-$group"; done`

/**
 * Ends the process groups of nodes when this process ends, even by SIGKILL: nodes whose code blocks, also before they have joined the
 * pipeline, and what nodes have started, which may ignore every other signal. It is one process for all nodes. On Windows there is none.
 */
export class OrphanGuard {
  #shell: (ChildProcess & { stdin: Writable }) | undefined

  /** @param group id of a process group that has begun */
  add(group: number): void {
    this.#tell(`begins ${group}`)
  }

  /** @param group id of a process group that has ended */
  remove(group: number): void {
    this.#tell(`ends ${group}`)
  }

  async close(): Promise<void> {
    if (!this.#shell || this.#shell.exitCode !== null || this.#shell.signalCode !== null) return
    const exited = once(this.#shell, 'exit')
    this.#shell.stdin.end()
    await exited
  }

  #tell(change: string): void {
    if (process.platform === 'win32') return
    this.#shell ??= startShell()
    this.#shell.stdin.write(`${change}\n`)
  }
}

function startShell(): ChildProcess & { stdin: Writable } {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'daffi-guard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a shell, or when somebody has ended it, nodes still see by themselves that this process is gone.
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return shell
}
