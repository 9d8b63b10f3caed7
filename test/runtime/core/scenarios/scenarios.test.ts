// What a user of the tutorial does and sees, told as text (see scenario.ts for the words).
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { runScenario } from './scenario.ts'

const directory = fileURLToPath(new URL('.', import.meta.url))
const names = readdirSync(directory).filter(name => name.endsWith('.txt'))

test.each(names)('%s', name => runScenario(directory + name))
