import { execa } from 'execa'
import { expect, test } from 'vitest'
import { temporaryProject } from '../support/temporary.js'
import { openTerminal } from '../support/terminal.js'
import { numbers } from './pipelines.js'

/** Has a shell complete a line, of which the script is loaded, and print what it offers, one a line. */
const SHELLS: Record<string, (words: string[]) => string> = {
  bash: (words) =>
    `eval "$(daffi completion bash)"; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _daffi; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (words) =>
    `fish --no-config -c 'daffi completion fish | source; complete -C "${words.join(' ').replace("''", '')}"' | cut -f1`,
}

const there = await Promise.all(
  Object.keys(SHELLS).map(
    async (shell) => [shell, await execa({ reject: false })`${shell} --version`] as const,
  ),
)
const shells = there.filter(([, { failed }]) => !failed).map(([shell]) => shell)

test.each(shells)('%s completes commands, flags, files, nodes and sources', async (shell) => {
  const cwd = await temporaryProject({ ...numbers, 'pipelines/other.yaml': 'name: other\nnodes: {}\n' })
  const type = await openTerminal(cwd)
  const offers = async (...words: string[]): Promise<string[]> => {
    const { stdout, all } = await type(SHELLS[shell]?.(['daffi', ...words]) ?? '').exited
    expect(stdout, all).not.toBe('')
    return stdout.split('\n').sort()
  }
  const [commands, topics, flags, values, files, nodes, others, more, sources, second] = await Promise.all([
    offers('comp'),
    offers('dead', "''"),
    offers('up', '--w'),
    offers('graph', '--format', "''"),
    offers('lint', 'num'),
    offers('node', '-f', 'numbers.yaml', '--name', "''"),
    offers('node', 'numbers.yaml', '--name', "''"),
    offers('up', 'numbers.yaml', '--only', 'one,t'),
    offers('stream', '-f', 'numbers.yaml', "''"),
    offers('stream', 'numbers', 'num'),
  ])
  expect(commands).toEqual(['completion'])
  expect(topics).toEqual(['list', 'replay'])
  expect(flags).toEqual(['--watch'])
  expect(values).toEqual(['mermaid', 'text'])
  expect(files).toContain('numbers.yaml')
  expect(nodes).toEqual(['one', 'sender', 'two'])
  expect(others).toEqual(nodes)
  expect(more).toEqual(['one,two'])
  expect(sources).toEqual(['numbers'])
  expect(second).toContain('numbers.yaml')
})
