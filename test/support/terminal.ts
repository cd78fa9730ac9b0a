import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { BIN } from './paths.js'
import { collectLines } from './lines.js'
import { writeProgram } from './programs.js'

export interface Command {
  exited: Promise<{ exitCode: number | undefined; stdout: string; all: string }>
  waitForLine: (pattern: RegExp) => Promise<string>
  interrupt: () => void
}

/** The environment of a terminal in which `npx daffi` and `daffi` are the real command. */
export async function terminalPrograms(project: string): Promise<Record<string, string>> {
  const programs = join(project, 'node_modules', '.bin')
  await mkdir(programs, { recursive: true })
  await writeProgram(join(programs, 'daffi'), `exec "${process.execPath}" "${BIN}" "$@"`)
  await writeProgram(join(programs, 'npx'), `exec "$@"`)
  return { PATH: `${programs}${delimiter}${process.env.PATH ?? ''}`, DAFFI_TEST_FOLDER: project }
}

/** Types command lines in a project's folder, where `npx daffi` and `daffi` are the real command. */
export async function openTerminal(project: string): Promise<(line: string) => Command> {
  const env = await terminalPrograms(project)
  return (line) => type(line, project, env)
}

function type(line: string, cwd: string, env: Record<string, string>): Command {
  const child = execa('bash', ['-c', line], {
    cwd,
    env,
    stdin: 'ignore',
    reject: false,
    all: true,
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error('bash did not start')
  const lines = collectLines(child.iterable({ from: 'all' }))
  const exited = child.then(({ exitCode, stdout, all }) => ({ exitCode, stdout, all }))
  let running = true
  void exited.then(() => (running = false))
  const interrupt = (): void => {
    if (running) process.kill(-pid, 'SIGINT')
  }
  onTestFinished(async () => {
    interrupt()
    await exited
  })
  return { exited, waitForLine: lines.find, interrupt }
}
