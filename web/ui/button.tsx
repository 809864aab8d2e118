import './button.css';
import { type ReactNode, useId } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';

type Props = Omit<ButtonProps, 'className' | 'children' | 'isDisabled'> & {
  children: ReactNode;
  look?: 'plain' | 'go' | 'danger' | 'quiet' | 'icon';
  /** Why it cannot be pressed now: shown beside it, read out with it. The button stays reachable by keyboard. */
  why?: string | undefined;
  /** Shown while what it started is going on. */
  busy?: boolean | undefined;
};

/** A button. One that may not be pressed says why instead of merely looking grey. */
export function Button({ look = 'plain', why, busy, children, onPress, ...props }: Props) {
  const reason = useId();
  const button = (
    <AriaButton
      {...props}
      className={`button ${look}`}
      isPending={busy ?? false}
      {...(why ? { 'aria-disabled': true, 'aria-describedby': reason } : onPress && { onPress })}
    >
      {children}
    </AriaButton>
  );
  if (!why) return button;
  return (
    <span className="button-with-reason">
      {button}
      <small id={reason}>{why}</small>
    </span>
  );
}
