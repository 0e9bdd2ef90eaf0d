import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkChangelog } from './changelog.ts'
import { readText, show } from './source.ts'

test('the changelog keeps its form', () => assert.equal(show(checkChangelog(readText('CHANGELOG.md'))), ''))

const good =
  '# Changelog\n\nProse.\n\n## Unreleased\n\n### Safety\n\n- a\n  more\n\n### Internals\n\n- b\n\n## 0.1.0 (2030-01-31)\n\n### Features\n\n- c\n'

test('the form', () => assert.equal(show(checkChangelog(good)), ''))

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['no release', '# Changelog\n', /:1: no "## Unreleased"/],
  ['a release without a date', good.replace(' (2030-01-31)', ''), /:16: releases are/],
  ['a version before the unreleased', good.replace('Unreleased', '0.2.0 (2030-02-01)'), /:5: releases are/],
  ['an unknown section', good.replace('Safety', 'Fixed'), /:7: sections are Safety/],
  ['sections out of order', good.replace('### Internals', '### Safety'), /:12: sections are/],
  ['an empty section', good.replace('- b\n', ''), /:12: a section without entries/],
  ['an empty last section', good.replace('- c\n', ''), /:18: a section without entries/],
  ['an entry outside a section', good.replace('### Safety\n', ''), /:8: an entry outside/],
  ['prose in a section', good.replace('- b', 'b'), /:14: entries begin/],
]
for (const [what, text, expected] of wrong) {
  test(`${what} is named`, () => assert.match(show(checkChangelog(text)), expected))
}
