import { directoryDigest } from '../kernel/engine/digest.ts';
import { plain } from '../kernel/engine/evolve.ts';
import { MEANING, type Read } from '../kernel/engine/read.ts';
import { changedSince, toSign } from '../kernel/engine/signing.ts';
import { approvalDigest, decision, severalDigest } from '../kernel/ledger/approvals.ts';
import type { Json } from '../kernel/ledger/canonical.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { planAhead, wakeAll, wakeOn } from './ahead.ts';
import { changesContext } from './context.ts';
import { tooManyEvents } from './decide-record.ts';
import type { ModuleCommand, NewEvent } from './module.ts';
import { type Answer, finish, flushTables, journal, type Request, type Work } from './work.ts';

const MOST_EVENTS = 500;

/** Decides a module's command: parse once at the edge, load, decide, enter. */
export async function decideModule(work: Work, request: Request): Promise<Answer> {
  const { command } = request;
  const handler = work.parts.modules.map((module) => module.commands[command.do]).find((found) => found !== undefined);
  if (!handler)
    return refused({
      code: 'missing',
      message: text(`沒有「${command.do}」這項作業。`, `There is no command "${command.do}".`),
    });
  const parsed = handler.input.safeParse((command as { input: unknown }).input);
  if (!parsed.success) return refused(...parsed.error.issues.map(invalidInput));
  await planAhead(work);
  await flushTables(work);
  const outcome = await runModule(work, request, handler, parsed.data);
  if (isRefused(outcome)) return recordAttempt(work, request, outcome);
  if (outcome.events.length > MOST_EVENTS) return tooManyEvents;
  const events = signed(work.organisation, request, outcome.events);
  if (isRefused(events)) return events;
  const entered = await journal(work, request, events, outcome.as, whoDecided(work, request));
  if (isRefused(entered)) return entered;
  await flushTables(work);
  work.waking.push(...wakeOn(work, factsOf(work, command.do)));
  work.known.facts.clear();
  work.known.sets.clear();
  if (outcome.events.some((event) => changesTurns(event.type))) await wakeAll(work);
  if (outcome.events.some((event) => changesContext(event.type))) {
    work.context = await work.reload();
    work.asking.definition = work.context.definition;
  }
  return finish(work, request, entered, outcome.response);
}

/** Somebody tried what is not theirs to decide: on record as a refused act on a record is (decisions 0004 and 0170). */
async function recordAttempt(work: Work, request: Request, outcome: Refused): Promise<Refused> {
  const telling = outcome.refused.filter(({ code }) => ['by', 'never', 'forbidden', 'gate'].includes(code));
  if (telling.length === 0 || request.actor.kind !== 'person') return outcome;
  const name = request.command.do;
  const data = {
    command: name,
    codes: telling.map(({ gate, code }) => gate ?? code),
    clauses: [...new Set(telling.flatMap(({ clauses = [] }) => clauses))],
  };
  await journal(work, request, [{ stream: `attempt:${name}`, type: 'attempt.refused', data }], { grants: [] });
  return outcome;
}

/** The people a module's command was decided with; what else it looks up is judged by rules of its own (ledger-acts.ts). */
const whoDecided = ({ context }: Work, { actor }: Request): Read | undefined =>
  actor.kind === 'person' ? { v: MEANING, who: directoryDigest(context.directory) } : undefined;

/**
 * Of somebody who proves with a passkey who they are, each entry carries the passkey's signature over what it says (decision 0136): asked
 * for while it is not there, and refused when it is over something else.
 */
function signed(organisation: string, { actor }: Request, events: NewEvent[]): NewEvent[] | Refused {
  if (actor.kind !== 'person' || actor.factor !== 'passkey' || events.length === 0) return events;
  const wanted = events.map(({ stream, type, data }) =>
    decision({ organisation, stream, type, data: plain(data) as Json }),
  );
  const digests = wanted.map((one) => Buffer.from(approvalDigest(one)).toString('hex'));
  const several = digests.length > 1;
  const about = several ? Buffer.from(severalDigest(digests)).toString('hex') : digests[0]!;
  if (!actor.signed) return refused(toSign({ about, written: wanted[0]!.written, without: [] }));
  if (actor.signed.about !== about) return refused(changedSince);
  const { signature } = actor.signed;
  return events.map((event, at) => ({
    ...event,
    data: {
      ...event.data,
      signature: { ...signature, written: wanted[at]!.written, without: [], ...(several ? { among: digests } : {}) },
    },
  }));
}

/** Events after which other people may have to act: roles, heads, leavers. Deputies are looked up when reading. */
const changesTurns = (type: string) =>
  /^(grant\.(given|revoked)|grants\.|person\.(edited|ended|suspended|resumed)|unit\.(edited|ended))/.test(type);

/** The facts a module answers: its commands may change them, so clock conditions that ask them look again. */
function factsOf(work: Work, command: string): string[] {
  const module = work.parts.modules.find((one) => command in one.commands);
  return Object.keys(module?.facts ?? {}).map((fact) => `fact ${fact}`);
}

// biome-ignore lint/suspicious/noExplicitAny: inputs differ per command
async function runModule(work: Work, request: Request, handler: ModuleCommand<any, any>, input: unknown) {
  const context = {
    organisation: work.organisation,
    actor: request.actor,
    now: work.asking.now,
    commandId: request.command.id,
    directory: work.context.directory,
    definition: work.context.definition,
  };
  return handler.decide(await handler.load(work.tx, input, context), input, context);
}

const invalidInput = (issue: { path: PropertyKey[]; message: string }) => ({
  code: 'invalid' as const,
  field: issue.path.join('.'),
  message: text(
    `「${issue.path.join('.') || '內容'}」無法讀取：${issue.message}`,
    `"${issue.path.join('.') || 'input'}" cannot be read: ${issue.message}`,
  ),
});
