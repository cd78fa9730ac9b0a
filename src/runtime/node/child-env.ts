import { withoutSecrets } from '../binaries/index.js'

/** The environment of a node's callbacks: the user's, without what opens the server, and with the node's own `env`. */
export function childEnv(own: NodeJS.ProcessEnv, nodeEnv: Record<string, string>): NodeJS.ProcessEnv {
  return { ...withoutSecrets(own), ...nodeEnv }
}

/** The same for a node that runs in this very process. */
export function enterNodeEnv(nodeEnv: Record<string, string>): void {
  const kept = childEnv(process.env, nodeEnv)
  for (const name of Object.keys(process.env)) if (!(name in kept)) Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, nodeEnv)
}
