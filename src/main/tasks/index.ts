/** The built-in sandbox tasks by id. A new task is one file and one line here. */
import { registry } from '../base/registry.ts';
import { enumerable } from './enumerable.ts';
import { harmless } from './harmless.ts';
import { helpful } from './helpful.ts';
import type { Task } from './task.ts';
import { tldr } from './tldr.ts';

export const tasks = registry<Task>('task', [tldr, helpful, harmless, enumerable]);
