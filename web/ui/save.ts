/** Hands the browser a file to keep. Tables from the server begin with a byte-order mark, so that Excel reads the Chinese. */
export function saveText(name: string, text: string, media: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: media }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
