import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROGRAMS } from './programs.js'

const NUMPY = 'numpy==2.4.6'

/**
 * Parts to set up, each in a folder of its own: `steps` are programs with their arguments. A newer release is taken up here,
 * and measured, by hand: the table names what it has compared.
 */
const PARTS = [
  python('dora', ['dora-rs==1.1.0', 'dora-rs-cli==1.1.0', 'pyarrow==26.0.1', NUMPY]),
  python('daffi3', ['daffi==3.0.1', NUMPY]),
  python('imagezmq', ['imagezmq==1.2.0', 'pyzmq==27.3.0', NUMPY]),
  {
    name: 'dora-node',
    made: 'the node of dora in Rust',
    version: 'dora-node-api 1.1.0',
    source: join(PROGRAMS, 'dora-node'),
    steps: () => [['cargo', 'build', '--release']],
  },
  npm('moleculer', ['moleculer@0.15.2', 'nats@2.29.3']),
]

/**
 * Sets up all that is not set up yet, and gives the folder of each part by its name, and for what cannot be had the reason
 * instead.
 */
export async function setUpAll(folder, wanted, { signal, log }) {
  const parts = {}
  const skipped = {}
  for (const part of PARTS.filter(({ name }) => wanted.includes(name))) {
    const own = join(folder, part.name)
    try {
      await setUp(part, own, { signal, log })
      parts[part.name] = own
    } catch (error) {
      signal.throwIfAborted()
      skipped[part.name] = `${part.made} is left out: ${error.message}`
      log(skipped[part.name])
    }
  }
  return { parts, skipped }
}

async function setUp(part, folder, { signal, log }) {
  const stamp = join(folder, 'ready')
  const sources = part.source ? await readFile(join(part.source, 'src/main.rs'), 'utf8') : ''
  const state = `${part.version}\n${sources}`
  if ((await readFile(stamp, 'utf8').catch(() => '')) === state) return
  log(`setting up ${part.made} in ${folder}`)
  // What a program of this part builds on stays: only what has changed is built anew.
  await rm(stamp, { force: true })
  await mkdir(folder, { recursive: true })
  if (part.source) await cp(part.source, folder, { recursive: true })
  for (const [command, ...args] of part.steps(folder)) await runStep(command, args, folder, signal)
  await writeFile(stamp, state)
}

/** Runs a step, whose output the user sees. */
async function runStep(command, args, cwd, signal) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 2, 2], signal })
  let code
  try {
    ;[code] = await once(child, 'close')
  } catch (error) {
    throw new Error(error.code === 'ENOENT' ? `there is no ${command} on this machine` : error.message)
  }
  if (code !== 0) throw new Error(`"${[command, ...args].join(' ')}" ended with ${code}`)
}

function python(name, packages) {
  return {
    name,
    made: `${name} of Python`,
    version: packages.join(' '),
    steps: (folder) => [
      ['python3', '-m', 'venv', folder],
      [join(folder, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', ...packages],
    ],
  }
}

function npm(name, packages) {
  return {
    name,
    made: name,
    version: packages.join(' '),
    steps: (folder) => [['npm', 'install', '--no-audit', '--no-fund', '--prefix', folder, ...packages]],
  }
}
