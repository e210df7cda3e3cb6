/**
 * The first of some names that is not taken, or the last one with as many underscores as it needs.
 *
 * @example
 * freeName(['users'], new Map([['users', 1]])) // 'users_'
 */
export function freeName(names: readonly string[], taken: ReadonlyMap<string, unknown>): string {
  const name = names.find((candidate) => !taken.has(candidate))
  return name ?? freeName([`${names.at(-1)!}_`], taken)
}
