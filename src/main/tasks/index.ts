/** The built-in sandbox tasks by id. A new task is one file and one line here. */
import { registry } from '../base/registry.ts';
import { helpful } from './helpful.ts';
import type { Task } from './task.ts';

export const tasks = registry<Task>('task', [helpful]);
