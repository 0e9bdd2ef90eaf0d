/** The page `docs/conformance.md`: made from the cards, so that it cannot say anything else than they do. */
import type { Card } from './card.ts'
import type { ClientName } from './clients/client.ts'
import { DEVIATIONS } from './deviations.ts'

/** Columns of the table: a library, the client it is, and the venue where it is that. */
const COLUMNS: readonly { readonly title: string; readonly client: ClientName; readonly venue?: Card['venue'] }[] = [
  { title: '`ccxt`', client: 'ccxt' },
  { title: '`@binance/derivatives-trading-usds-futures`', client: 'connector', venue: 'futures' },
  { title: '`@binance/spot`', client: 'connector', venue: 'spot' },
  { title: '`binance`', client: 'binance' },
]

/** When the cards last ran against Binance's demo venue, by day; whoever runs them there changes this line. */
const LAST_DEMO_RUN = 'never'

export function conformancePage(cards: readonly Card[], versions: Readonly<Record<string, string>>): string {
  const rows = cards.map((card) => {
    const cells = COLUMNS.map(({ client, venue }) => {
      const concerned = (venue ?? card.venue) === card.venue && card.clients.includes(client)
      return concerned ? 'yes' : ''
    })
    return [String(card.number), card.venue, card.title, ...cells, card.control ? 'box' : 'box, demo']
  })
  const libraries = Object.entries(versions).map(([name, version]) => `\`${name}\` ${version}`)
  const deviations = DEVIATIONS.map(({ what, why }, at) => `${at + 1}. **${what}.** ${why}`)
  return `${[
    '# Conformance by real clients',
    'The exchange in a box answers client libraries that do not know it from Binance. Each card below is one thing that a trading client does. It runs through the libraries marked `yes`, unmodified and pointed at the box as [docs/exchange.md](exchange.md) says, and passes when two things are right: what the library returned, and what the venue itself holds as its truth (orders, fills, positions, money, books).',
    `Libraries: ${libraries.join(', ')}.`,
    'A test runs all cards on the box (`npm test -- tests/conformance`), and fails where this page says something else than the cards. The runner does the same by hand, and can run the cards that need no hand on the venue against Binance’s demo venue:',
    '```sh\nnode tools/run.mjs tests/conformance/runner.ts --target box\nBINANCE_DEMO_KEY=… BINANCE_DEMO_SECRET=… node tools/run.mjs tests/conformance/runner.ts --target binance-demo\n```',
    `Last run against Binance’s demo venue: **${LAST_DEMO_RUN}**.`,
    '## Cards',
    table(['card', 'venue', 'what is tried', ...COLUMNS.map(({ title }) => title), 'targets'], rows),
    'An empty cell: the library is for the other venue, or checks or rounds by itself before it sends anything, or has no call for it.',
    '## Deviations',
    deviations.join('\n'),
  ].join('\n\n')}\n`
}

/** A table whose columns are padded, as the formatter writes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(3, title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
