import { memoryOf, processTree } from '../lib/process.js'
import { withProject } from '../lib/project.js'
import { withUp } from '../lib/up.js'

const MIB = 1024 * 1024

/** A node with so many callbacks, all exported by one module, or each by its own. */
export async function manyCallbacks(count) {
  const names = Array.from({ length: count }, (_, index) => `callback_${index}`)
  const yaml = `name: many\nnodes:\n  node: { callbacks: [${names.join(', ')}] }\n`
  const base = { 'package.json': '{ "type": "module" }', 'many.yaml': yaml }
  const together = names.map((name, index) => `export const ${name} = (n: number) => n + ${index}\n`)
  const apart = names.map((name, index) => [
    `callbacks/${name}.ts`,
    `export default (n: number) => n + ${index}\n`,
  ])
  return [
    ...(await measure(`${count} callbacks of one module`, {
      ...base,
      'callbacks/all.ts': together.join(''),
    })),
    ...(await measure(`${count} modules of one callback`, { ...base, ...Object.fromEntries(apart) })),
  ]
}

async function measure(what, files) {
  return await withProject(files, async (project) => [
    ...(await start(project, `${what}, compiled at the start`)),
    ...(await start(project, `${what}, compiled before`)),
  ])
}

async function start(project, what) {
  const begin = performance.now()
  return await withUp(project, 'many.yaml', { pattern: /^node +\| ready/ }, (pid) => {
    const seconds = (performance.now() - begin) / 1000
    const node = processTree(pid).find((each) => each.parent === pid && each.command === 'node')
    return [
      { name: `${what}: ready`, value: seconds, unit: 's' },
      { name: `${what}: memory of the node`, value: memoryOf(node.pid).resident / MIB, unit: 'MiB' },
    ]
  })
}
