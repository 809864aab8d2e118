import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { t } from '../language.ts';
import { Problem } from './bits.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

type Props = {
  title: string;
  /** What the button says; `why` it cannot be pressed yet. */
  go: string;
  look?: 'go' | 'danger';
  wide?: boolean;
  why: string | undefined;
  save: Pick<UseMutationResult<unknown, Error, void>, 'mutate' | 'isPending' | 'isError' | 'error'>;
  onClose(): void;
  children: ReactNode;
};

/** A dialog that asks a few things and sends them: what was refused stands above the button, which says why it waits. */
export function DialogForm({ title, go, look = 'go', wide = false, why, save, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (why === undefined) save.mutate();
        }}
      >
        {children}
        {save.isError && <Problem error={save.error} />}
        <div className="actions">
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look={look} type="submit" busy={save.isPending} why={why}>
            {go}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
