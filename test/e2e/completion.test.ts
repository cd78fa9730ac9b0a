import { spawnSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { openTerminal, terminalPrograms } from '../support/terminal.js'
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
  const cwd = await temporaryProject({
    ...numbers,
    'pipelines/other.yaml': 'name: other\nnodes: { post: { replicas: 2 } }\n',
  })
  const { type } = await openTerminal(cwd)
  const offers = async (...words: string[]): Promise<string[]> => {
    const { stdout, all } = await type(SHELLS[shell]?.(['daffi', ...words]) ?? '').exited
    expect(stdout, all).not.toBe('')
    return stdout.split('\n').sort()
  }
  const [commands, topics, flags, values, files, nodes, others, more, sources, second, together] =
    await Promise.all([
      offers('comp'),
      offers('dead', "''"),
      offers('up', '--wat'),
      offers('graph', '--format', "''"),
      offers('lint', 'num'),
      offers('node', '-f', 'numbers.yaml', '--name', "''"),
      offers('node', 'numbers.yaml', '--name', "''"),
      offers('up', 'numbers.yaml', '--only', 'one,t'),
      offers('stream', '-f', 'numbers.yaml', "''"),
      offers('stream', 'numbers', 'num'),
      offers('stop', '-f', 'pipelines/other.yaml', "''"),
    ])
  expect(commands).toEqual(['completion'])
  expect(topics).toEqual(['drop', 'list', 'replay', 'show'])
  expect(flags).toEqual(['--watch'])
  expect(values).toEqual(['mermaid', 'text'])
  expect(files).toContain('numbers.yaml')
  expect(nodes).toEqual(['one', 'sender', 'two'])
  expect(others).toEqual(nodes)
  expect(more).toEqual(['one,two'])
  expect(sources).toEqual(['numbers'])
  expect(second).toContain('numbers.yaml')
  expect(together).toEqual(['post', 'post-1', 'post-2'])
})

/** Starts a shell that asks nobody's settings, with the script loaded. */
const INTERACTIVE: Record<string, [start: string, load: string]> = {
  bash: ['bash --norc --noprofile -i', 'eval "$(daffi completion bash)"'],
  zsh: ['zsh -f -i', 'autoload -Uz compinit && compinit -D -u && eval "$(daffi completion zsh)"'],
  fish: ['fish --no-config -i', 'daffi completion fish | source'],
}
const interactive =
  process.platform === 'linux'
    ? [...shells, 'zsh'].filter((shell) => spawnSync(shell, ['--version']).status === 0)
    : []

test.each(interactive)(
  'in %s the names of files are no commands, with a real Tab and Enter',
  async (shell) => {
    const name = '$(touch PWNED);touch `touch PWNED`&touch PWNED .yaml'
    const cwd = await temporaryProject({ [`pipelines/${name}`]: 'name: [\n' })
    const [start = '', load = ''] = INTERACTIVE[shell] ?? []
    const env = await terminalPrograms(cwd)
    // Tab and Enter wait in the terminal until the shell reads them.
    const { stdout } = await execa('script', ['-qec', start, '/dev/null'], {
      cwd,
      env: { ...env, HOME: cwd, TERM: 'dumb', PS1: '$ ' },
      input: `${load}\ndaffi lint pipelines/\t\nexit\n`,
      timeout: 60_000,
      // The shell's exit code is that of its last command.
      reject: false,
    })
    expect(stdout).toContain('DAFFI_YAML_SYNTAX')
    expect(await readdir(cwd)).not.toContain('PWNED')
  },
)

test('files are not offered under names that are flags, or that act on the terminal', async () => {
  const cwd = await temporaryProject({
    '--server=evil.yaml': '',
    'a\u001b[2J.yaml': '',
    'b\ttab.yaml': '',
    'good.yaml': '',
  })
  const { stdout } = await runDaffi(['completion', 'suggest', '--', 'lint', ''], { cwd })
  const offered = stdout.split('\n').map((line) => line.split('\t')[0])
  expect(offered).toContain('good.yaml')
  expect(offered).toContain('./--server=evil.yaml')
  expect(offered.filter((each) => /^-|[ab].*yaml/.test(each ?? ''))).toEqual([])
})
