import { z } from 'zod'

const file = (what: string) =>
  z.string().describe(`${what}; the path is relative to this file's folder.`).optional()

const tls = z
  .strictObject({
    ca: file("PEM file of the certificate authorities that sign the server's certificate"),
    cert: file("PEM file of this client's certificate"),
    key: file('PEM file of the private key of cert'),
  })
  .describe(
    'Certificates for TLS. A URL that begins with tls:// needs none when the system knows the authority.',
  )
  .optional()

/** The NATS server that a pipeline file names, with what is sent to that server alone. Empty text counts as absent. */
export const server = z.strictObject({
  url: z
    .string()
    .describe(
      "URL of the NATS server. When empty or absent, the project's running server is used, or a new one is started.",
    )
    .optional(),
  token: z.string().describe('Token for the server of url, such as ${NATS_TOKEN}.').optional(),
  credentials: file('NATS credentials file for the server of url'),
  tls,
})

export type ServerEntry = z.output<typeof server>
