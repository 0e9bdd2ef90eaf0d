/** The form of CHANGELOG.md: releases, newest first, each with the fixed sections in their order. */
import type { Finding } from './source.ts'

/** Sections of a release, in this order; those without an entry are left out. */
export const SECTIONS: readonly string[] = ['Safety', 'Trading behaviour', 'Features', 'Operations', 'Internals']

/** Every line of the changelog that breaks the form. */
export function checkChangelog(text: string): Finding[] {
  const findings: Finding[] = []
  let releases = 0
  let lastSection = -1
  let entries = 0
  const report = (line: number, message: string): void => void findings.push({ at: `CHANGELOG.md:${line}`, message })
  const lines = text.split('\n')
  let sectionLine = 0
  const closeSection = (): void => {
    if (sectionLine > 0 && entries === 0) report(sectionLine, 'a section without entries: leave it out')
    sectionLine = 0
  }
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('## ')) {
      closeSection()
      const wanted = releases === 0 ? /^## Unreleased$/ : /^## \d+\.\d+\.\d+ \(\d{4}-\d{2}-\d{2}\)$/
      if (!wanted.test(line))
        report(index + 1, 'releases are "## Unreleased", then "## 1.2.3 (2030-01-31)", newest first')
      releases++
      lastSection = -1
    } else if (line.startsWith('### ')) {
      closeSection()
      const section = SECTIONS.indexOf(line.slice(4))
      if (section <= lastSection) report(index + 1, `sections are ${SECTIONS.join(', ')}, in this order`)
      lastSection = Math.max(section, lastSection)
      sectionLine = index + 1
      entries = 0
    } else if (line.startsWith('- ')) {
      entries++
      if (sectionLine === 0) report(index + 1, 'an entry outside a section')
    } else if (sectionLine > 0 && line.trim() !== '' && !line.startsWith('  ')) {
      report(index + 1, 'entries begin with "- " and continue indented')
    }
  }
  closeSection()
  if (releases === 0) report(1, 'no "## Unreleased"')
  return findings
}
