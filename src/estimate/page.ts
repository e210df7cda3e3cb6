/** PostgreSQL's default, which only who compiles the server can change. */
export const pageBytes = 8192

/** A page's header, and what a row or an entry takes besides itself: where it begins. */
export const pageHeader = 24
export const itemPointer = 4

/** What rows and entries begin at a multiple of. */
export const wordBytes = 8
