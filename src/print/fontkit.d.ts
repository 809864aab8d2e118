// fontkit ships no types; this is the part used here.
declare module 'fontkit' {
  export type Font = { postscriptName: string; characterSet: number[] };
  export type Collection = { fonts: Font[] };
  export function openSync(path: string, postscriptName?: string): Font | Collection;
}
