import QRCode from 'qrcode';

/** Modules of the QR code for a text: `dark(row, column)`, `size` to a side. Error correction M: paper gets creased. */
export function qrModules(text: string): { size: number; dark(row: number, column: number): boolean } {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  return { size: modules.size, dark: (row, column) => modules.get(row, column) === 1 };
}

/** The same code as PNG with its quiet zone, 10 pixels a module. */
export function qrPng(text: string): Promise<Uint8Array> {
  return QRCode.toBuffer(text, { errorCorrectionLevel: 'M', scale: 10, margin: 2 });
}
