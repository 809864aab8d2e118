import './dialog.css';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { t } from '../language.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

type Props = {
  title: string;
  onClose(): void;
  children: ReactNode;
  wide?: boolean;
  /** `side` slides in from the edge: the phone's navigation. */
  place?: 'centre' | 'side';
};

/** A dialog that is open as long as it is drawn; Escape and the cross close it, focus returns to where it was. */
export function Dialog({ title, onClose, children, wide = false, place = 'centre' }: Props) {
  return (
    <ModalOverlay className={`overlay ${place}`} isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className={wide ? 'modal wide' : 'modal'}>
        <AriaDialog className="dialog">
          <header>
            <Heading slot="title">{title}</Heading>
            <Button look="icon" aria-label={t('common.close')} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
