import { Card } from './bits.tsx';
import { Button } from './button.tsx';
import { TextControl } from './field.tsx';

type Props = {
  title: string;
  label: string;
  help: string;
  lines?: number;
  value: string;
  onChange(value: string): void;
  go: string;
  busy?: boolean;
  /** Said while there is nothing to read. */
  first: string;
  onGo(): void;
};

/** A box to paste into, and the button that reads what is there. */
export function PasteCard({ title, label, help, lines = 7, value, onChange, go, busy = false, first, onGo }: Props) {
  return (
    <Card title={title}>
      <TextControl label={label} help={help} layout="stacked" lines={lines} value={value} onChange={onChange} />
      <Button busy={busy} why={value.trim() ? undefined : first} onPress={onGo}>
        {go}
      </Button>
    </Card>
  );
}
