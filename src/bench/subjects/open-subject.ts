import type { Subject, Task } from '../task.ts'

/** Opens a task; what it needs is imported only then, or its memory would count for all. */
export async function openSubject(task: Task): Promise<Subject> {
  switch (task.kind) {
    case 'load':
      return (await import('./load.ts')).openLoad(task)
    case 'read':
      return (await import('./read.ts')).openRead(task)
    case 'sqlite':
      return (await import('./sqlite.ts')).openSqliteLoad(task)
  }
}
