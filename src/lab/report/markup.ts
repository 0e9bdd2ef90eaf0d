/** Pieces of HTML: every text that goes in is escaped here, and nowhere else. */

/** Markup that is safe to put into a page: only `html` and `raw` make it. */
export interface Markup {
  readonly markup: string
}

/** Text as it may stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Markup from a template: strings and numbers are escaped, markup and lists of it are not. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Markup | readonly Markup[])[]
): Markup {
  let markup = compact(parts[0])
  for (const [at, value] of values.entries()) markup += markupOf(value) + compact(parts[at + 1])
  return { markup }
}

/** A constant of this program that is markup already. Never for data. */
export function raw(markup: string): Markup {
  return { markup }
}

/** JSON that no parser takes for the end of the script element around it. */
export function scriptJson(value: unknown): Markup {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c') }
}

/** Leaves the indentation of the source out of the page. */
function compact(part = ''): string {
  return part.replaceAll(/\n\s*/g, '\n')
}

function markupOf(value: string | number | Markup | readonly Markup[]): string {
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}
