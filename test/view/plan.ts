import type { Plan } from '../../src/runtime/core/plan/plan.js'

/** A plan with nodes that have nothing to do. */
export const planOf = (name: string, ...nodes: string[]): Plan => ({
  name,
  file: `/${name}.yaml`,
  inputs: { overrides: [], envFiles: [], profiles: [], nodes: [] },
  read: [],
  project: '/',
  server: {},
  sources: {},
  callbackFolders: [],
  nodes: Object.fromEntries(
    nodes.map((node) => [
      node,
      { name: node, callbacks: [], calls: [], restart: 'no', graceMs: 30_000, env: {}, dependsOn: [] },
    ]),
  ),
})
