/**
 * Settings for data that can be made again from its seed: a crash of the *machine* may cost the
 * whole folder, a crash of the server does not. Nothing here is meant for data anyone would miss.
 */
export const disposableSettings: Readonly<Record<string, string>> = {
  // Never wait for the disk: the kernel writes when it likes.
  fsync: 'off',
  synchronous_commit: 'off',
  // Torn pages only happen when the machine dies, and then the folder is lost anyway.
  full_page_writes: 'off',
  // No replica, no archive: COPY into a table truncated in the same transaction skips the WAL, and
  // so do index builds. Needs max_wal_senders = 0.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // A load of some gigabytes should not be interrupted by a checkpoint.
  max_wal_size: '4GB',
  checkpoint_timeout: '30min',
  // The warning that checkpoints come too often is no news during a load.
  checkpoint_warning: '0',
  log_checkpoints: 'off',
  // Modest, because the server shares a developer's machine with everything else.
  shared_buffers: '256MB',
  maintenance_work_mem: '128MB',
  max_connections: '100',
  // With `try`, a container that may see huge pages but not use them dies with a bus error.
  huge_pages: 'off',
  // The same values on every machine.
  timezone: 'UTC',
  log_timezone: 'UTC',
  // TCP on the loopback interface is the only way in; the path of a socket would limit the length
  // of the folder's name, and its permissions would be a second thing to get right.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
}
