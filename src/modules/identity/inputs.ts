import { z } from 'zod';
import { isDate } from '../../kernel/calendar/date.ts';

/** The shapes commands are parsed with at the door. */
export const id = z.string().min(1).max(100);
export const name = z.string().trim().min(1).max(200);
export const date = z.string().refine(isDate, { message: 'YYYY-MM-DD' });
export const email = z.string().trim().max(254).pipe(z.email());
