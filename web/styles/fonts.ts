/**
 * Noto TC in slices by unicode range: a browser without the fonts fetches only the characters a page shows, from this server.
 * Loaded after the first paint, so that text never waits for it.
 */
import '@fontsource-variable/noto-sans-tc/index.css';
import '@fontsource-variable/noto-serif-tc/index.css';
