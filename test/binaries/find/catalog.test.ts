import { expect, test } from 'vitest'
import { BINARY_NAMES, CATALOG } from '../../../src/runtime/binaries/find/catalog.js'

const builds = BINARY_NAMES.flatMap((name) =>
  Object.entries(CATALOG[name].builds).map(([platform, build]) => ({ name, platform, build })),
)

test('there are builds of both programs', () => {
  expect(new Set(builds.map(({ name }) => name))).toEqual(new Set(BINARY_NAMES))
})

test.each(builds)(
  'the build of $name for $platform is pinned, tarball and program',
  ({ platform, build }) => {
    expect(build.package).toMatch(new RegExp(`^@[a-z-]+/(nats-server-)?${platform}$`))
    expect(build.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Buffer.from(build.integrity.replace(/^sha512-/, ''), 'base64')).toHaveLength(64)
    expect(build.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(build.size).toBeGreaterThan(1_000_000)
    expect(build.file.endsWith('.exe')).toBe(platform.startsWith('win32'))
  },
)
