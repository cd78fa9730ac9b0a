import { withoutSecrets } from '../../../binaries/index.js'

/** The environment of a node's callbacks: the user's, without what opens the server, and with the node's own `env`. */
export function childEnv(own: NodeJS.ProcessEnv, nodeEnv: Record<string, string>): NodeJS.ProcessEnv {
  return { ...withoutSecrets(own), ...nodeEnv }
}
