import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ROOT } from './support/paths.js'

test('the manifest of the commands, the schema and the table of errors are what the code makes of them', async () => {
  const { stderr } = await execa(process.execPath, ['scripts/generate.js', '--check'], {
    cwd: ROOT,
    reject: false,
  })
  expect(stderr).toBe('')
})
