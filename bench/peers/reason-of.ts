/** The driver's or the server's own first line: Drizzle's holds every parameter. */
export function reasonOf(error: unknown): string {
  const { cause = error } = error as { readonly cause?: unknown }
  return cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
}
