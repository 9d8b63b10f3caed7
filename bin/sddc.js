#!/usr/bin/env node
// The command `sddc`. Plain JavaScript in the repository, so that `npx sddc` in a checkout without a build can say what
// to do. The program itself is dist/program/main.js, bundled from src/cli/main.ts.
import { existsSync } from 'node:fs'

const program = new URL('../dist/program/main.js', import.meta.url)
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`sddc needs Node 20.19 or newer; this is ${process.versions.node}`)
  process.exitCode = 1
} else if (!existsSync(program)) {
  console.error('sddc is not built yet. Run: npm ci && npm run build')
  process.exitCode = 1
} else {
  await import(program.href)
}
