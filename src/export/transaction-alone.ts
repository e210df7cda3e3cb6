/** Set by load.sql, which loads all files in one transaction. */
export const loadVariable = 'downpour_load'

/** What rows mean must not depend on the session that loads them. */
export const loadSettings = `set local client_encoding = 'UTF8';
set local standard_conforming_strings = on;
set local timezone = 'UTC';
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
`

/** How a file of statements begins, which psql may also load by itself. */
export const beginAlone = `\\if :{?${loadVariable}}
\\else
\\set ON_ERROR_STOP on
begin;
${loadSettings}\\endif
`

export const endAlone = `\\if :{?${loadVariable}}
\\else
commit;
\\endif
`
