import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentOf, ROOT } from '../../chaos/lib/folder.js'

const programs = fileURLToPath(new URL('../programs/', import.meta.url))

const OFFER = { tally: '{ tally: { state: true } }' }
const FILE = (names) => `name: fuzz
callbacks: ./callbacks
nodes:
  worker: { callbacks: [${names.map((name) => OFFER[name] ?? name).join(', ')}], restart: 'no' }
`
/** Another part of the same pipeline, whose node may be stopped and started. */
const SPARE = `name: fuzz
callbacks: ./spare
nodes:
  spare: { callbacks: [spare] }
`

/** Writes a pipeline file with one node, whose callbacks are those of the programs, and one for `daffi up`. */
export async function writePipeline(folder, names) {
  await mkdir(join(folder, 'callbacks'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await copyFile(join(programs, 'callbacks.js'), join(folder, 'all.mjs'))
  for (const name of names) {
    const text = `import { callbacks } from '../all.mjs'\nexport default (...args) => callbacks.${name}(...args)\n`
    await writeFile(join(folder, `callbacks/${name}.ts`), text)
  }
  await writeFile(join(folder, 'fuzz.yaml'), FILE(names))
  await mkdir(join(folder, 'spare'))
  await writeFile(join(folder, 'spare/spare.ts'), 'export default () => process.pid\n')
  await writeFile(join(folder, 'spare.yaml'), SPARE)
}

/** Starts the node of the pipeline file by the real command. */
export function startNode(folder, url) {
  const args = ['node', '--name', 'worker', '-f', 'fuzz.yaml', '--server', url]
  return started(spawn(process.execPath, [join(ROOT, 'bin/run.js'), ...args], optionsOf(folder)))
}

/** Runs the other part of the pipeline by the real command. */
export function startUp(folder, url) {
  const args = ['up', 'spare.yaml', '--server', url, '--json']
  return started(spawn(process.execPath, [join(ROOT, 'bin/run.js'), ...args], optionsOf(folder)))
}

/** Starts a program with the library. */
export function startProgram(folder, url, pipeline) {
  const setup = JSON.stringify({ name: 'program', url, pipeline })
  const { stdio } = optionsOf(folder)
  return started(
    fork(join(programs, 'program.js'), [setup], { ...optionsOf(folder), stdio: [...stdio, 'ipc'] }),
  )
}

/** Runs a command to its end. */
export async function runCommand(folder, args) {
  const child = started(spawn(process.execPath, [join(ROOT, 'bin/run.js'), ...args], optionsOf(folder)))
  const [code] = await child.exited
  return { code, output: child.output() }
}

const optionsOf = (folder) => ({
  cwd: folder,
  env: environmentOf(folder),
  stdio: ['ignore', 'pipe', 'pipe'],
})

const KEPT = 20_000

function started(child) {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (more) => (text = (text + String(more)).slice(-KEPT)))
  return { child, exited: once(child, 'exit'), output: () => text }
}
