import './menu.css';
import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

export type MenuEntry = { id: string; label: ReactNode; text: string; href?: string; onAction?: () => void };

/** A button that opens a list of actions or links. */
export function Menu({
  label,
  entries,
  look = 'plain',
}: {
  label: ReactNode;
  entries: MenuEntry[];
  look?: 'plain' | 'quiet';
}) {
  return (
    <MenuTrigger>
      <Button look={look}>
        {label}
        <Icon name="down" size={14} />
      </Button>
      <Popover className="popover">
        <AriaMenu className="menu">
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              className="menu-item"
              textValue={entry.text}
              {...(entry.href && { href: entry.href, target: entry.href.startsWith('/api/') ? '_blank' : '_self' })}
              {...(entry.onAction && { onAction: entry.onAction })}
            >
              {entry.label}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
