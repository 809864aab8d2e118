// Before the first paint, so that a dark screen does not flash white.
const theme = localStorage.getItem('theme');
if (theme) document.documentElement.dataset.theme = theme;
