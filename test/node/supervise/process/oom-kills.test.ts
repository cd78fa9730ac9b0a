import { expect, test } from 'vitest'
import { countOomKills } from '../../../../src/runtime/node/supervise/process/oom-kills.js'

const V1 = '4:cpu,cpuacct:/x\n3:memory:/box\n0::/'
const EVENTS = 'low 0\nhigh 0\nmax 12\noom 2\noom_kill 2\noom_group_kill 0\n'

test
  .runIf(process.platform === 'linux')
  .each<[title: string, files: Record<string, string>, number | undefined]>([
    ['version 2', { '/proc/self/cgroup': '0::/box', '/sys/fs/cgroup/box/memory.events': EVENTS }, 2],
    ['in a container', { '/proc/self/cgroup': '0::/box', '/sys/fs/cgroup/memory.events': EVENTS }, 2],
    [
      'version 1',
      { '/proc/self/cgroup': V1, '/sys/fs/cgroup/memory/box/memory.oom_control': 'oom_kill 3\n' },
      3,
    ],
    [
      'an old kernel',
      { '/proc/self/cgroup': V1, '/sys/fs/cgroup/memory/memory.oom_control': 'under_oom 0\n' },
      undefined,
    ],
    ['no control groups', {}, undefined],
  ])('kills for want of memory are read from the control group: %s', (_, files, expected) => {
  const read = (file: string) => {
    const text = files[file]
    if (text === undefined) throw new Error('ENOENT')
    return text
  }
  expect(countOomKills(read)).toBe(expected)
})
