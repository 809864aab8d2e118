import type { CustomTableLayout } from 'pdfmake/interfaces.js';
import { CONTENT_WIDTH } from '../layout.ts';

export const LINE = 0.5;
const PAD = 4;

/** Thin black lines all around, the way office forms are ruled. */
export const ruled: CustomTableLayout = {
  hLineWidth: () => LINE,
  vLineWidth: () => LINE,
  hLineColor: () => '#000000',
  vLineColor: () => '#000000',
  paddingLeft: () => PAD,
  paddingRight: () => PAD,
  paddingTop: () => 3,
  paddingBottom: () => 3,
};

/** Column widths in points for shares that sum to 1, filling the page between its margins. */
export function columnWidths(shares: number[], width = CONTENT_WIDTH): number[] {
  const room = width - (shares.length + 1) * LINE;
  return shares.map((share) => share * room - 2 * PAD);
}

export const SHADE = '#efefef';
