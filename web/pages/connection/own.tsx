import { useState } from 'react';
import type { Reach } from '../../../src/http/contract/network.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';

export type Ask = (ask: () => Promise<{ address: string }>) => void;

/** Names for a certificate of the own authority: typed, or taken from what this machine is called. */
export function Own({ reach, busy, onSet }: { reach: Reach; busy: boolean; onSet: Ask }) {
  const now = reach.certificate;
  const [text, setText] = useState(() => (now.kind === 'own' ? now.names : startingNames(reach)).join('\n'));
  const names = text.split(/[\s,、，;；]+/).filter(Boolean);
  const others = reach.suggestions.filter((name) => !names.includes(name));
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSet(() => api.certificate.own({ names }));
      }}
    >
      <TextControl
        label={t('connection.own.names')}
        help={t('connection.own.help')}
        must
        lines={4}
        value={text}
        onChange={setText}
      />
      {others.length > 0 && (
        <p className="row connection-add">
          <span className="sub">{t('connection.own.add')}</span>
          {others.map((name) => (
            <Button key={name} look="quiet" onPress={() => setText([...names, name].join('\n'))}>
              {name}
            </Button>
          ))}
        </p>
      )}
      <div className="row">
        <Button type="submit" look="go" busy={busy} why={names.length === 0 ? t('connection.own.none') : undefined}>
          {t('connection.own.make')}
        </Button>
      </div>
    </form>
  );
}

/** The name this page was opened under comes first: it is the one that certainly leads here. */
function startingNames({ suggestions }: Reach): string[] {
  const here = location.hostname;
  const useful = here !== 'localhost' && here !== '127.0.0.1' ? [here] : [];
  return [...new Set([...useful, ...suggestions.slice(0, 2)])];
}
