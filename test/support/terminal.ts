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

export interface Terminal {
  /** Its working folder. */
  folder: string
  /** Runs a command line. */
  type: (line: string) => Command
}

/** A terminal in a project's folder, where `npx daffi` and `daffi` are the real command. */
export async function openTerminal(folder: string): Promise<Terminal> {
  const env = await terminalPrograms(folder)
  return { folder, type: (line) => type(line, folder, env) }
}

/**
 * A terminal in an empty folder, where nothing but npm and Node is installed. npm takes what it can from its cache, and npx
 * runs what the folder's own packages have, as the real one does, which takes its time to find them.
 */
export async function openNewTerminal(folder: string, programs: string): Promise<Terminal> {
  await mkdir(programs, { recursive: true })
  await writeProgram(join(programs, 'npx'), 'name=$1; shift; exec "./node_modules/.bin/$name" "$@"')
  const env = {
    PATH: `${programs}${delimiter}${process.env.PATH ?? ''}`,
    DAFFI_TEST_FOLDER: folder,
    NODE_ENV: '',
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  }
  return { folder, type: (line) => type(line, folder, env) }
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
