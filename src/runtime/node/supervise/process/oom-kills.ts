import { readFileSync } from 'node:fs'
import type { ChildExit } from './child-exit.js'

/** Notices when the kernel kills processes of this one's control group for want of memory, while a child lives. */
export class OomKills {
  readonly #before = countOomKills()

  /** The cause of a child's end by SIGKILL, when the kernel has killed since; it does not say which process. */
  causeOf({ signal }: Pick<ChildExit, 'signal'>): string | undefined {
    if (signal !== 'SIGKILL' || this.#before === undefined) return undefined
    return (countOomKills() ?? 0) > this.#before ? 'was killed by SIGKILL, perhaps out of memory' : undefined
  }
}

/**
 * Number of processes that the kernel has killed for want of memory in this process's control group; undefined where it does not say.
 * @param read gives the text of a file, or throws; others than the system's are for tests
 */
export function countOomKills(
  read = (file: string): string => readFileSync(file, 'utf8'),
): number | undefined {
  if (process.platform !== 'linux') return undefined
  for (const file of filesOf(textOf('/proc/self/cgroup', read))) {
    const count = /^oom_kill (\d+)$/m.exec(textOf(file, read))?.[1]
    if (count !== undefined) return Number(count)
  }
  return undefined
}

/** Files that may have the count. In a container the root of the file system is the group, whatever its path is outside. */
function filesOf(groups: string): string[] {
  const pathOf = (controller: string): string[] => {
    const line = groups.split('\n').find((each) => each.split(':')[1]?.split(',').includes(controller))
    return line === undefined ? [] : [line.split(':').slice(2).join(':'), '']
  }
  return [
    ...pathOf('').map((path) => `/sys/fs/cgroup${path}/memory.events`),
    ...pathOf('memory').map((path) => `/sys/fs/cgroup/memory${path}/memory.oom_control`),
  ]
}

function textOf(file: string, read: (file: string) => string): string {
  try {
    return read(file)
  } catch {
    return ''
  }
}
