/**
 * Rules for dependencies: exact versions, a lockfile that is whole and names no registry, no unknown install scripts,
 * a line in docs/dependencies.md for each, and none used by published code without being a runtime dependency.
 */
import { importsOf } from './architecture.ts'
import { type Finding, isTestCode, place, type SourceFile } from './source.ts'

/** The parts of a package.json that are checked. */
export type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The parts of a package-lock.json that are checked. */
export type Lockfile = {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly version?: string
        readonly integrity?: string
        readonly resolved?: string
        readonly link?: boolean
        readonly hasInstallScript?: boolean
        readonly optionalDependencies?: Readonly<Record<string, string>>
      }
    >
  >
}

/** Packages known to have an install script; none is run (`ignore-scripts`), a new one needs a look at what it would do. */
const KNOWN_INSTALL_SCRIPTS: ReadonlySet<string> = new Set([
  // Would compile what it brings ready-made; `ws` does without it.
  'bufferutil',
  // Prints a request for support.
  'ccxt',
])

/** Platforms a checkout runs on, as they appear in the names of platform packages. */
const PLATFORMS = [/linux-x64(?!-musl)/, /linux-arm64(?!-musl)/, /darwin-x64/, /darwin-arm64/, /win(?:32)?-x64/]

/** Versions that are not exact. */
export function checkVersions(manifest: Manifest, at: string): Finding[] {
  return Object.entries(allDependencies(manifest))
    .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
    .map(([name, version]) => ({ at, message: `${name} ${version}: pin one exact version` }))
}

/** Packages without integrity, with a registry's address, or with an unknown install script. */
export function checkLockfile(lockfile: Lockfile): Finding[] {
  const findings: Finding[] = []
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    if (!path.includes('node_modules/') || entry.link === true) continue
    const at = `package-lock.json, ${path}`
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    if (entry.integrity === undefined)
      findings.push({ at, message: 'no integrity: remove the lockfile entry and install again' })
    if (entry.resolved !== undefined) {
      findings.push({ at, message: 'names a registry: install with omit-lockfile-registry-resolved (it is in .npmrc)' })
    }
    if (entry.hasInstallScript === true && !KNOWN_INSTALL_SCRIPTS.has(name)) {
      findings.push({
        at,
        message: 'has an install script: read it, then add the package to the known ones or choose another',
      })
    }
  }
  return findings
}

/**
 * Platform packages that npm dropped because the registry lacked them when the lockfile was written: every package that
 * has platform packages must have those of all platforms a checkout runs on.
 */
export function checkPlatforms(lockfile: Lockfile): Finding[] {
  const findings: Finding[] = []
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    const wanted = Object.entries(entry.optionalDependencies ?? {})
    if (!wanted.some(([name]) => PLATFORMS.some((platform) => platform.test(name)))) continue
    for (const platform of PLATFORMS) {
      const present = wanted.some(
        ([name]) => platform.test(name) && lockfile.packages[`node_modules/${name}`] !== undefined,
      )
      if (present) continue
      findings.push({
        at: `package-lock.json, ${path}`,
        message: `no package for ${platform.source}: choose the newest version that has one for every platform`,
      })
    }
  }
  return findings
}

/** Direct dependencies that docs/dependencies.md does not explain. */
export function checkDependencyDocument(manifests: readonly Manifest[], document: string): Finding[] {
  const names = manifests.flatMap((manifest) => Object.keys(allDependencies(manifest)))
  return [...new Set(names)]
    .filter((name) => !document.split('\n').some((line) => line.startsWith('|') && line.includes(`\`${name}\``)))
    .map((name) => ({
      at: 'docs/dependencies.md',
      message: `no line for ${name}: why, who maintains it, what it costs, what we would do without it`,
    }))
}

/** Published code that imports a package which is not installed with it. */
export function checkRuntimeImports(files: readonly SourceFile[], manifest: Manifest): Finding[] {
  const findings: Finding[] = []
  for (const file of files.filter(({ path }) => !isTestCode(path))) {
    for (const { specifier, offset } of importsOf(file)) {
      if (specifier === undefined || specifier.startsWith('.') || specifier.startsWith('node:')) continue
      const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
      if (manifest.dependencies?.[name] !== undefined) continue
      findings.push({ at: place(file, offset), message: `${name} is not in package.json's dependencies` })
    }
  }
  return findings
}

function allDependencies(manifest: Manifest): Record<string, string> {
  return { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
}
