import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import type { Interfaces } from '@oclif/core'
import type { ViewerReach } from '../../runtime/index.js'

/** Flags of a command that serves the viewer. @param needs flags without which these mean nothing */
export const viewerFlags = (...needs: string[]) => ({
  control: Flags.boolean({
    summary: 'The page gives orders, too: to nodes, about jobs, schedules and dead letters.',
    dependsOn: needs,
  }),
  host: Flags.string({
    summary: 'Serve the viewer at this address, for other machines, too, which --password-file lets in.',
    helpValue: 'ADDRESS',
    dependsOn: needs,
  }),
  'password-file': Flags.string({
    summary: 'File with the password of the viewer, which only you can read.',
    helpValue: 'FILE',
    dependsOn: needs,
  }),
  'https-cert': Flags.string({
    summary: "PEM file of the viewer's certificate: it is served by HTTPS.",
    helpValue: 'FILE',
    dependsOn: [...needs, 'https-key'],
  }),
  'https-key': Flags.string({
    summary: 'PEM file of the private key of --https-cert.',
    helpValue: 'FILE',
    dependsOn: [...needs, 'https-cert'],
  }),
})

type ViewerFlagValues = Interfaces.InferredFlags<ReturnType<typeof viewerFlags>>

/** The viewer that flags ask for. Paths are absolute, since a run in the background has another working folder. */
export function viewerReach(flags: ViewerFlagValues, port: number | undefined): ViewerReach {
  const { control, host, 'password-file': passwordFile, 'https-cert': cert, 'https-key': key } = flags
  return {
    port,
    control,
    host,
    passwordFile: passwordFile === undefined ? undefined : resolve(passwordFile),
    https: cert === undefined || key === undefined ? undefined : { cert: resolve(cert), key: resolve(key) },
  }
}
