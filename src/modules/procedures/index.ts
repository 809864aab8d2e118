import type { Module } from '../../runtime/module.ts';
import { importChecklist, linkChecklist, withdrawChecklist } from './checklist.ts';
import { importText } from './import.ts';
import { linkText, withdrawText } from './linking.ts';
import { project } from './views.ts';

/** The organisation's own procedures, word for word, and authorities' checklists, both mapped to the clauses of the adopted packs. */
export const procedures: Module = {
  name: 'procedures',
  commands: {
    'procedures.import': importText,
    'procedures.link': linkText,
    'procedures.withdraw': withdrawText,
    'procedures.import_checklist': importChecklist,
    'procedures.link_checklist': linkChecklist,
    'procedures.withdraw_checklist': withdrawChecklist,
  },
  project,
};
