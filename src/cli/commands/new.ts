/** `tapewright new`: begins a strategy of the user's own. */
import { nodeFiles } from '../../node/files.ts'
import { templateSource } from '../../node/strategy-templates.ts'
import { writeNewStrategy } from '../../store/new-strategy.ts'
import { SHIPPED } from '../../strategies/index.ts'
import { EXIT, UsageError } from '../command.ts'
import type { Command } from '../command.ts'

const TEMPLATES = [...SHIPPED.keys()]

export const create: Command = {
  name: 'new',
  usage: 'NAME --from TEMPLATE',
  summary: 'Writes NAME.ts, a commented strategy of your own, into this folder.',
  options: [{ name: 'from', value: 'TEMPLATE', help: `the strategy to begin with: ${TEMPLATES.join(', ')}` }],
  examples: ['tapewright new dip --from reversion', 'tapewright new my-breakout --from breakout'],
  async run(args, terminal) {
    const [name, ...more] = args.positionals
    const template = args.one('from')
    if (name === undefined || more.length > 0)
      throw new UsageError('give the new strategy one name, such as: tapewright new dip --from reversion')
    if (template === undefined) throw new UsageError(`which template? Add --from with one of ${TEMPLATES.join(', ')}`)
    const file = await writeNewStrategy({ name, template }, templateSource, nodeFiles('.'))
    terminal.document({ file, name, template })
    terminal.print(
      `wrote ${file}\nlook at it:  tapewright strategies ./${file}\nthe file's first lines say how to run it`,
    )
    return EXIT.success
  },
}
