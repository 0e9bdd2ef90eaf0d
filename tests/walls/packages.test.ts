import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkDependencyDocument,
  checkLockfile,
  checkPlatforms,
  checkRuntimeImports,
  checkVersions,
  type Lockfile,
  type Manifest,
} from './packages.ts'
import { readSources, readText, show, sourceFile } from './source.ts'

const manifest = JSON.parse(readText('package.json')) as Manifest
const runtime = JSON.parse(readText('tools/runtime/package.json')) as Manifest
const lockfile = JSON.parse(readText('package-lock.json')) as Lockfile

test('every dependency is pinned to one version', () => {
  assert.equal(show([...checkVersions(manifest, 'package.json'), ...checkVersions(runtime, 'tools/runtime')]), '')
})

test('the lockfile is whole and names no registry', () => {
  assert.ok(Object.keys(lockfile.packages).length > 10)
  assert.equal(show(checkLockfile(lockfile)), '')
  assert.doesNotMatch(readText('package-lock.json'), /"resolved": "http/)
})

test('the lockfile has the binaries of every platform', () => assert.equal(show(checkPlatforms(lockfile)), ''))

test('every dependency has its line in the document', () => {
  assert.equal(show(checkDependencyDocument([manifest, runtime], readText('docs/dependencies.md'))), '')
})

test('published code imports only what is installed with it', () => {
  assert.equal(show(checkRuntimeImports(readSources(['src/**/*.ts']), manifest)), '')
})

test('a range, a tag and an address are not exact versions', () => {
  for (const version of ['^1.2.3', '~1.2.3', '1.x', 'latest', 'git+ssh://host/x.git', '']) {
    assert.match(show(checkVersions({ dependencies: { a: version } }, 'p')), /p: a .*exact/)
  }
  assert.equal(show(checkVersions({ dependencies: { a: '1.2.3', b: '1.5.5-r.5' } }, 'p')), '')
})

test('a package without integrity, with an address, or with an install script is named', () => {
  const integrity = 'sha512-x'
  const packages: Lockfile['packages'] = {
    '': {},
    'node_modules/linked': { link: true, resolved: 'tools/linked' },
    'node_modules/good': { integrity },
    'node_modules/a': {},
    'node_modules/b': { integrity, resolved: 'https://host/b.tgz' },
    'node_modules/a/node_modules/c': { integrity, hasInstallScript: true },
  }
  const findings = checkLockfile({ packages })
  assert.deepEqual(
    findings.map(({ at }) => at.split(', ')[1]),
    ['node_modules/a', 'node_modules/b', 'node_modules/a/node_modules/c'],
  )
  assert.match(show(findings), /no integrity[\s\S]*names a registry[\s\S]*install script/)
})

test('a platform that npm dropped is named', () => {
  const names = ['x-linux-x64', 'x-linux-arm64', 'x-darwin-x64', 'x-darwin-arm64', 'x-win32-x64', 'x-linux-arm64-musl']
  const optionalDependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']))
  const whole = Object.fromEntries(names.map((name) => [`node_modules/${name}`, {}]))
  assert.equal(show(checkPlatforms({ packages: { 'node_modules/x': { optionalDependencies }, ...whole } })), '')
  const { 'node_modules/x-linux-arm64': dropped, ...rest } = whole
  assert.ok(dropped)
  const findings = checkPlatforms({ packages: { 'node_modules/x': { optionalDependencies }, ...rest } })
  assert.equal(findings.length, 1)
  assert.match(show(findings), /node_modules\/x: no package for linux-arm64/)
  const other = { 'node_modules/y': { optionalDependencies: { fsevents: '1.0.0' } } }
  assert.equal(show(checkPlatforms({ packages: other })), '')
})

test('an unexplained dependency is named', () => {
  const document = 'prose about `b`\n\n| `a` | why |\n'
  assert.match(
    show(checkDependencyDocument([{ dependencies: { a: '1' }, devDependencies: { b: '1' } }], document)),
    /no line for b/,
  )
  assert.equal(show(checkDependencyDocument([{ dependencies: { a: '1' } }], document)), '')
})

test('an import of a package that is only there for tests is named', () => {
  const files = [
    sourceFile(
      'src/node/a.ts',
      "import fc from 'fast-check'\nimport d from '@duckdb/node-api/sub'\nimport f from 'node:fs'",
    ),
  ]
  const findings = checkRuntimeImports(files, { dependencies: { '@duckdb/node-api': '1.0.0' } })
  assert.equal(show(findings), "src/node/a.ts:1: fast-check is not in package.json's dependencies")
})
