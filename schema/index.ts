export * from './users.ts'
export * from './finance.ts'
export * from './catalog.ts'
