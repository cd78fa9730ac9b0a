import { Global } from 'daffi'
import { expect, onTestFinished, test, vi } from 'vitest'
import { fileServer } from '../../support/file-server.js'

test('on a server that others may use a program has to name its pipeline', async () => {
  const server = await fileServer()
  const refused = { code: 'DAFFI_NO_PIPELINE_NAME', exitCode: 2 }
  await expect(Global.connect({ server })).rejects.toMatchObject(refused)
  vi.stubEnv('NATS_URL', server)
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(Global.connect()).rejects.toMatchObject(refused)
  await expect(Global.connect({ pipeline: 'a.*' })).rejects.toMatchObject({ code: 'DAFFI_BAD_NAME' })
  const g = await Global.connect({ pipeline: 'shop' })
  await g.close()
})
