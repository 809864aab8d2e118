import { os } from './ask.ts';
import { populationAnswers } from './audit.ts';
import { calendarAnswers } from './calendar.ts';
import { certificateAnswers } from './certificate.ts';
import { checklistAnswers } from './checklists.ts';
import { digestAnswers } from './digest.ts';
import { keepingAnswers } from './keeping.ts';
import { mailAnswers } from './mail.ts';
import { meAnswers } from './me.ts';
import { packageAnswers } from './packages.ts';
import { peopleAnswers, unitAnswers } from './people.ts';
import { planAnswers } from './plan.ts';
import { noticeAnswers, parameterAnswers, procedureAnswers, tokenAnswers, trailAnswers, viewAnswers } from './proof.ts';
import { registerAnswers } from './registers.ts';
import { resetAnswers } from './resets.ts';
import { findingAnswers, scanAnswers } from './scans.ts';
import { setupAnswers } from './setup.ts';
import { textAnswers } from './texts.ts';
import { watchedAnswers } from './watched.ts';
import { lookupAnswers, recordAnswers, taskAnswers, typeAnswers } from './work.ts';

/** Every procedure of the contract with what answers it. */
export const answers = os.router({
  me: meAnswers,
  setup: setupAnswers,
  tasks: taskAnswers,
  types: typeAnswers,
  records: recordAnswers,
  registers: registerAnswers,
  lookups: lookupAnswers,
  procedure: procedureAnswers,
  texts: textAnswers,
  checklists: checklistAnswers,
  plan: planAnswers,
  parameters: parameterAnswers,
  people: peopleAnswers,
  units: unitAnswers,
  watched: watchedAnswers,
  resets: resetAnswers,
  trail: trailAnswers,
  notices: noticeAnswers,
  digest: digestAnswers,
  scans: scanAnswers,
  findings: findingAnswers,
  views: viewAnswers,
  tokens: tokenAnswers,
  calendar: calendarAnswers,
  populations: populationAnswers,
  packages: packageAnswers,
  keeping: keepingAnswers,
  certificate: certificateAnswers,
  mail: mailAnswers,
});
