import { defineConfig } from 'vitest/config'
import { configure } from './vitest.config.ts'

export default defineConfig({ test: configure('*.{test,long}.ts') })
