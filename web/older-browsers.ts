/** What our pages use and Edge 109 or Firefox 115 lack; a browser that has it takes its own. */
import 'core-js/actual/array/to-sorted';
import 'core-js/actual/map/group-by';
