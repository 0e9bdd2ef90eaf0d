/** Texts that nobody guesses, from the machine's own source of randomness. */
import { randomInt } from 'node:crypto'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** So many letters and digits, each drawn evenly. */
export function secretText(length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += LETTERS[randomInt(LETTERS.length)] ?? ''
  return text
}
