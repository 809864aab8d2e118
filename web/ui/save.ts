/** {@link saveText} for what the server sends as base64. */
export function saveBase64(name: string, base64: string, media: string): void {
  saveBytes(
    name,
    Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)),
    media,
  );
}

/** {@link saveText} for bytes. */
function saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>, media: string): void {
  save(name, new Blob([bytes], { type: media }));
}

/** Hands the browser a file to keep. Tables from the server begin with a byte-order mark, so that Excel reads the Chinese. */
export function saveText(name: string, text: string, media: string): void {
  save(name, new Blob([text], { type: media }));
}

function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
